package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products with stored matrices on 8 bits, against integers in plain Java. */
class Int8ProductsTest {
    private static final int K = 64;
    private static final int ROWS = 96;
    private static final Range RANGE = new Range(-1.5f, 2);
    private static final Range TURNS = new Range(-1, 1);

    private final Random random = new Random(8);
    private final Map<String, HostTensor> values = new LinkedHashMap<>();

    private HostTensor random(float deviation, long... dims) {
        return Fixed.random(random, deviation, dims);
    }

    /** x W[:, 1:]^T + b, and three turns of h = tanh(h V^T) from x on. */
    private Program program() {
        values.put("w.weight", random(0.3f, ROWS, K + 1));
        values.put("w.bias", random(1, ROWS));
        values.put("v.weight", random(0.3f, K, K));
        return Fixed.program(
                List.of(new Port("x", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 1, K))), List.of("y", "h"), (p, in) -> {
                    Tensor w = Fixed.weight(p.scope("w"), "weight", ROWS, K + 1).slice(1, 1, K + 1);
                    Tensor v = Fixed.weight(p.scope("v"), "weight", K, K);
                    Tensor x = in.get(0);
                    Tensor first = x.linear(v, null).tanh();
                    Tensor yes = x.algebra().constant(HostTensor.ofBooleans(Shape.of(), true));
                    List<Tensor> after = x.algebra()
                            .loop(x.algebra().scalar(3L), yes, List.of(first), (turn, state) -> {
                                Tensor h = state.get(0).linear(v, null).tanh();
                                return new Turn(yes, List.of(h), List.of());
                            })
                            .state();
                    return List.of(x.linear(w, Fixed.weight(p.scope("w"), "bias", ROWS)), after.get(0));
                });
    }

    private ModelProto plain(Program program) {
        return Fixed.model(program, new Fixed.Weights(values));
    }

    private static Map<String, Range> ranges() {
        return Map.of("w.weight[1:65]", RANGE, "v.weight", RANGE, "v.weight@loop", TURNS);
    }

    /** x W^T of one row; weights are rounded in steps of their whole row. */
    private float[] product(float[] x, Range range, String name, int from) {
        HostTensor weight = values.get(name);
        int rows = (int) weight.shape().dim(0);
        int all = (int) weight.shape().dim(1);
        float[] y = new float[rows];
        for (int r = 0; r < rows; r++) {
            float largest = 0;
            for (int c = 0; c < all; c++) {
                largest = Math.max(largest, Math.abs(weight.floats().get(r * all + c)));
            }
            float scale = largest / 127;
            int sum = 0;
            for (int c = from; c < all; c++) {
                int q = (int) Math.max(0, Math.min(255, Math.rint(x[c - from] / range.scale()) + range.zero()));
                sum += (q - range.zero()) * (int) Math.round(weight.floats().get(r * all + c) / (double) scale);
            }
            y[r] = sum * (scale * range.scale());
        }
        return y;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void computeWhatIntegersInPlainJavaDo(boolean signed) {
        assumeTrue(!signed || !OrtRuntime.get().overflows(), "signed weights overflow on this processor");
        Program program = program();
        ModelProto model = Int8Products.rewrite(plain(program), StoredValues.INSIDE, ranges(), signed);
        HostTensor x = random(0.7f, 3, 1, K);
        List<HostTensor> results = Fixed.run(model, program.inputs(), x);
        float[] bias = values.get("w.bias").toFloatArray();
        for (int n = 0; n < 3; n++) {
            float[] row = Arrays.copyOfRange(x.toFloatArray(), n * K, (n + 1) * K);
            float[] y = product(row, RANGE, "w.weight", 1);
            for (int r = 0; r < ROWS; r++) {
                assertThat(results.get(0).floats().get(n * ROWS + r)).isEqualTo(y[r] + bias[r]);
            }
            float[] h = row;
            for (int turn = 0; turn < 4; turn++) {
                h = product(h, turn == 0 ? RANGE : TURNS, "v.weight", 0);
                for (int i = 0; i < K; i++) {
                    h[i] = (float) Math.tanh(h[i]);
                }
            }
            int near = 0;
            for (int i = 0; i < K; i++) { // a tanh that differs in its last digit may fall into the next step
                near += Math.abs(results.get(1).floats().get(n * K + i) - h[i]) < 1e-5 ? 1 : 0;
                assertThat(results.get(1).floats().get(n * K + i)).isCloseTo(h[i], within(0.05f));
            }
            assertThat(near).isGreaterThan(K / 2);
        }
    }

    @Test
    void aRowDoesNotDependOnItsNeighbours() {
        Program program = program();
        ModelProto model = Int8Products.rewrite(plain(program), StoredValues.INSIDE, ranges(), false);
        HostTensor x = random(0.7f, 33, 1, K);
        List<HostTensor> together = Fixed.run(model, program.inputs(), x);
        for (int n = 0; n < 33; n += 8) {
            float[] row = Arrays.copyOfRange(x.toFloatArray(), n * K, (n + 1) * K);
            List<HostTensor> alone = Fixed.run(model, program.inputs(), HostTensor.ofFloats(Shape.of(1, 1, K), row));
            for (int o = 0; o < 2; o++) {
                int size = o == 0 ? ROWS : K;
                assertThat(Arrays.copyOfRange(together.get(o).toFloatArray(), n * size, (n + 1) * size))
                        .containsExactly(alone.get(o).toFloatArray());
            }
        }
    }

    @Test
    void leaveAloneWhatHasNoRange() {
        Program program = program();
        ModelProto plain = plain(program);
        assertThat(Int8Products.rewrite(plain, StoredValues.INSIDE, Map.of("other", RANGE), false))
                .isSameAs(plain);
        GraphProto turns = Int8Products.rewrite(plain, StoredValues.INSIDE, Map.of("v.weight@loop", TURNS), false)
                .getGraph();
        assertThat(operations(turns)).contains("MatMul").doesNotContain("MatMulInteger");
        assertThat(operations(body(turns))).contains("MatMulInteger").doesNotContain("MatMul");
        assertThat(turns.getInitializerList())
                .extracting(value -> value.getName())
                .contains("v.weight", "v.weight:int8");
        assertThat(Int8Products.rewrite(plain, StoredValues.INSIDE, ranges(), false)
                        .getGraph()
                        .getInitializerList())
                .extracting(value -> value.getName())
                .doesNotContain("v.weight", "w.weight");
    }

    private static List<String> operations(GraphProto graph) {
        return graph.getNodeList().stream().map(NodeProto::getOpType).toList();
    }

    private static GraphProto body(GraphProto graph) {
        return graph.getNodeList().stream()
                .flatMap(node -> node.getAttributeList().stream())
                .filter(AttributeProto::hasG)
                .map(AttributeProto::getG)
                .findFirst()
                .orElseThrow();
    }

    /** Features of a convolution go into a product as the bytes that they are. */
    @Test
    void takeTheBytesOfAnEncoder() {
        values.put("conv.weight", random(0.5f, 4, 4, 1, 1));
        values.put("next.weight", random(0.5f, K, 4, 1, 1));
        values.put("w.weight", random(0.3f, ROWS, K));
        Program program = Fixed.program(
                List.of(new Port("x", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 4, 3, 3))), List.of("y"), (p, in) -> {
                    Tensor first = in.get(0)
                            .conv2d(Fixed.weight(p.scope("conv"), "weight", 4, 4, 1, 1), null, Convolution.of(1, 0))
                            .relu();
                    Tensor features = first.conv2d(
                                    Fixed.weight(p.scope("next"), "weight", K, 4, 1, 1), null, Convolution.of(1, 0))
                            .relu();
                    Tensor places = features.reshape(0, K, -1).transpose(0, 2, 1);
                    return List.of(places.linear(Fixed.weight(p.scope("w"), "weight", ROWS, K), null));
                });
        ModelProto plain = plain(program);
        Range features = new Range(0, 3);
        ModelProto model = Int8Graph.rewrite(
                plain, Map.of("conv/Relu", new Range(0, 4), "next/Relu", features, "w.weight", new Range(0, 9)));
        assertThat(operations(model.getGraph()).stream().filter("QuantizeLinear"::equals))
                .hasSize(2); // none but those of the convolutions
        HostTensor x = random(1, 2, 4, 3, 3);
        float[] exact = Fixed.run(plain, program.inputs(), x).get(0).toFloatArray();
        float[] rounded = Fixed.run(model, program.inputs(), x).get(0).toFloatArray();
        double error = 0;
        double size = 0;
        for (int i = 0; i < exact.length; i++) {
            error += (exact[i] - rounded[i]) * (exact[i] - rounded[i]);
            size += exact[i] * exact[i];
        }
        assertThat(Math.sqrt(error / size)).isLessThan(0.05);
    }

    @Test
    void areFoundInLoopsAndTheirRangesKnownByTheirMatrices() {
        List<String> names = new ArrayList<>();
        new StoredProducts(plain(program()).getGraph(), StoredValues.INSIDE)
                .byOutput()
                .values()
                .forEach(product -> names.add(product.rangeName()));
        assertThat(names).containsExactlyInAnyOrder("w.weight[1:65]", "v.weight", "v.weight@loop");
    }
}
