package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.captioner.ModelException;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The graph on 8 bits against integers in plain Java. */
class Int8GraphTest {
    private static final int C = 4; // channels
    private static final int SIZE = 6; // rows and columns before the stride
    private static final int OUT = 3; // after it
    private static final float EPSILON = 1e-3f;
    private static final List<Port> INPUTS =
            List.of(new Port("x", DType.FLOAT32, Shape.of(Shape.UNKNOWN, C, SIZE, SIZE)));

    private final Random random = new Random(5);
    private final Map<String, HostTensor> values = new LinkedHashMap<>();

    private HostTensor random(float deviation, long... dims) {
        return Fixed.random(random, deviation, dims);
    }

    /** Stem that only clips, a depthwise convolution of stride 2 padded on two sides, one of 1 x 1, and the sum of both. */
    private Program program() {
        float[] identity = new float[C * C];
        for (int c = 0; c < C; c++) {
            identity[c * C + c] = 1;
        }
        values.put("stem.weight", HostTensor.ofFloats(Shape.of(C, C, 1, 1), identity));
        values.put("depth.weight", random(0.5f, C, 1, 3, 3));
        values.put("point.weight", random(0.5f, C, C, 1, 1));
        values.put("norm.weight", HostTensor.ofFloats(Shape.of(C), 1.5f, -0.7f, 2, 0.1f)); // one turns the signs
        values.put("norm.bias", random(1, C));
        values.put("norm.mean", random(1, C));
        values.put("norm.var", HostTensor.ofFloats(Shape.of(C), 1, 2, 0.5f, 3));
        values.put("point.bias", random(1, C));
        return Fixed.program(INPUTS, List.of("input", "first", "y"), (p, in) -> {
            Tensor x = in.get(0)
                    .conv2d(weight(p, "stem.weight", C, C, 1, 1), null, Convolution.of(1, 0))
                    .clamp(0, 6);
            Tensor first = x.conv2d(
                            weight(p, "depth.weight", C, 1, 3, 3),
                            null,
                            Convolution.same(SIZE, SIZE, 3, 2).grouped(C))
                    .batchNorm(
                            weight(p, "norm.mean", C),
                            weight(p, "norm.var", C),
                            weight(p, "norm.weight", C),
                            weight(p, "norm.bias", C),
                            EPSILON,
                            0.1f)
                    .clamp(0, 6);
            Tensor second = first.conv2d(
                    weight(p, "point.weight", C, C, 1, 1), weight(p, "point.bias", C), Convolution.of(1, 0));
            return List.of(x.times(1f), first.times(1f), second.plus(first));
        });
    }

    private static Tensor weight(Parameters parameters, String name, long... dims) {
        int dot = name.indexOf('.');
        return Fixed.weight(parameters.scope(name.substring(0, dot)), name.substring(dot + 1), dims);
    }

    private static final Range CLIPPED = new Range(0, 6);
    private static final Range SECOND = new Range(-9, 8);
    private static final Range SUM = new Range(-9, 13);

    private static Map<String, Range> ranges() {
        return Map.of("stem/Clip", CLIPPED, "norm/Clip", CLIPPED, "point/Conv", SECOND, "point/Add", SUM);
    }

    private ModelProto plain() {
        return Fixed.model(program(), new Fixed.Weights(values));
    }

    private static int round(double value, Range range) {
        return (int) Math.max(0, Math.min(255, Math.rint(value / range.scale()) + range.zero()));
    }

    private static float value(int q, Range range) {
        return (q - range.zero()) * range.scale();
    }

    /** Rounded weights of one channel, their step last. */
    private static double[] rounded(double... weights) {
        double largest = 0;
        for (double weight : weights) {
            largest = Math.max(largest, Math.abs(weight));
        }
        double[] rounded = new double[weights.length + 1];
        for (int i = 0; i < weights.length; i++) {
            rounded[i] = Math.rint(weights[i] / (largest / 127));
        }
        rounded[weights.length] = largest / 127;
        return rounded;
    }

    @Test
    void computesWhatIntegersInPlainJavaDo() {
        ModelProto model = Int8Graph.rewrite(plain(), ranges());
        HostTensor x = random(3, 2, C, SIZE, SIZE);
        List<HostTensor> results = Fixed.run(model, INPUTS, x);

        int[] input = new int[2 * C * SIZE * SIZE];
        for (int i = 0; i < input.length; i++) {
            input[i] = round(x.floats().get(i), CLIPPED);
        }
        int[] first = depthwise(input);
        int[] second = pointwise(first);
        float[] y = new float[second.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = value(round(value(second[i], SECOND) + value(first[i], CLIPPED), SUM), SUM);
        }

        assertThat(results.get(0).toFloatArray()).containsExactly(values(input, CLIPPED));
        assertClose(results.get(1), values(first, CLIPPED), CLIPPED);
        assertClose(results.get(2), y, SUM);
    }

    /** Ties are rounded in 32 bits there and in 64 here: now and then a value is one step off, or two in a sum. */
    private static void assertClose(HostTensor actual, float[] expected, Range range) {
        float[] got = actual.toFloatArray();
        int different = 0;
        for (int i = 0; i < got.length; i++) {
            assertThat(Math.abs(got[i] - expected[i])).isLessThan(2.1f * range.scale());
            different += Math.abs(got[i] - expected[i]) > range.scale() / 2 ? 1 : 0;
        }
        assertThat(different).isLessThanOrEqualTo(got.length / 20);
    }

    private static float[] values(int[] q, Range range) {
        float[] values = new float[q.length];
        for (int i = 0; i < q.length; i++) {
            values[i] = value(q[i], range);
        }
        return values;
    }

    private float read(String name, int i) {
        return values.get(name).floats().get(i);
    }

    private int[] depthwise(int[] input) {
        int[] output = new int[2 * C * OUT * OUT];
        for (int plane = 0; plane < 2 * C; plane++) {
            int c = plane % C;
            double factor = read("norm.weight", c) / Math.sqrt(read("norm.var", c) + EPSILON);
            double[] weights = new double[9];
            for (int k = 0; k < 9; k++) {
                weights[k] = read("depth.weight", c * 9 + k) * factor;
            }
            double[] w = rounded(weights);
            double scale = w[9] * CLIPPED.scale();
            double bias = Math.rint((read("norm.bias", c) - read("norm.mean", c) * factor) / scale);
            for (int row = 0; row < OUT; row++) {
                for (int column = 0; column < OUT; column++) {
                    double sum = bias;
                    for (int k = 0; k < 9; k++) {
                        int i = 2 * row + k / 3; // "same" of an even extent pads after its end alone
                        int j = 2 * column + k % 3;
                        if (i < SIZE && j < SIZE) {
                            sum += w[k] * input[(plane * SIZE + i) * SIZE + j];
                        }
                    }
                    output[(plane * OUT + row) * OUT + column] = round(sum * scale, CLIPPED);
                }
            }
        }
        return output;
    }

    private int[] pointwise(int[] input) {
        int[] output = new int[input.length];
        for (int c = 0; c < C; c++) {
            double[] weights = new double[C];
            for (int k = 0; k < C; k++) {
                weights[k] = read("point.weight", c * C + k);
            }
            double[] w = rounded(weights);
            double scale = w[C] * CLIPPED.scale();
            for (int n = 0; n < 2; n++) {
                for (int at = 0; at < OUT * OUT; at++) {
                    double sum = Math.rint(read("point.bias", c) / scale);
                    for (int k = 0; k < C; k++) {
                        sum += w[k] * input[(n * C + k) * OUT * OUT + at];
                    }
                    output[(n * C + c) * OUT * OUT + at] = round(sum * scale, SECOND);
                }
            }
        }
        return output;
    }

    @Test
    void leavesNoNormalisationOrActivationBetweenIntegers() {
        GraphProto graph = Int8Graph.rewrite(plain(), ranges()).getGraph();
        assertThat(graph.getNodeList())
                .extracting(NodeProto::getOpType)
                .doesNotContain("BatchNormalization")
                .filteredOn(type -> type.equals("Clip"))
                .hasSize(1 + 3); // the stem's, and what the three outputs are read through
        assertThat(graph.getInitializerList())
                .extracting(TensorProto::getName)
                .contains("stem.weight")
                .doesNotContain("norm.mean", "depth.weight", "point.bias");
        assertThat(graph.getInitializerList())
                .filteredOn(value -> value.getName().equals("depth.weight:int8"))
                .allSatisfy(value -> assertThat(value.getDataType()).isEqualTo(TensorProto.DataType.INT8.getNumber()));
    }

    @Test
    void leavesAloneWhatHasNoRange() {
        ModelProto plain = plain();
        assertThat(Int8Graph.rewrite(plain, Map.of())).isSameAs(plain);
        GraphProto some = Int8Graph.rewrite(plain, Map.of("norm/Clip", CLIPPED)).getGraph();
        assertThat(some.getNodeList())
                .extracting(NodeProto::getOpType)
                .contains("BatchNormalization")
                .filteredOn(type -> type.equals("QuantizeLinear"))
                .hasSize(1); // the depthwise convolution's alone
        HostTensor x = random(3, 1, C, SIZE, SIZE);
        float[] exact = Fixed.run(plain, INPUTS, x).get(1).toFloatArray();
        float[] rounded = Fixed.run(Int8Graph.rewrite(plain, Map.of("norm/Clip", CLIPPED)), INPUTS, x)
                .get(1)
                .toFloatArray();
        for (int i = 0; i < exact.length; i++) {
            assertThat(Math.abs(exact[i] - rounded[i])).isLessThanOrEqualTo(CLIPPED.scale() * 0.51f);
        }
    }

    @Test
    void takesRangesFromBesideTheWeights() {
        values.putAll(Ranges.tensors(ranges()));
        assertThat(Ranges.of(new Fixed.Weights(values))).isEqualTo(ranges());
        values.put("activation_range/odd", HostTensor.ofFloats(Shape.of(3), 0, 1, 2));
        assertThatThrownBy(() -> Ranges.of(new Fixed.Weights(values)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("activation_range/odd");
    }
}
