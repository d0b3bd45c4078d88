package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The small programs of {@link BackendContract}. */
final class ContractPrograms {
    private ContractPrograms() {}

    /** x W^T + b with the parameters of decoder.fc, and a number computed once of parameters alone. */
    static Program affine() {
        return new Program() {
            @Override
            public List<Port> inputs() {
                return List.of(new Port("pixels", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 2)));
            }

            @Override
            public List<String> outputs() {
                return List.of("scores");
            }

            @Override
            public Computation bind(Parameters parameters) {
                Parameters fc = parameters.scope("decoder").scope("fc");
                Tensor weight = fc.parameter("weight", Shape.of(3, 2), Initializer.ZEROS);
                Tensor bias = fc.parameter("bias", Shape.of(3), Initializer.ZEROS);
                Tensor again = parameters.scope("decoder.fc").parameter("bias", Shape.of(3), Initializer.ZEROS);
                Tensor once = bias.plus(again).times(0.5f);
                assertThat(parameters.algebra()).isSameAs(fc.algebra());
                return x -> List.of(x.get(0).linear(weight, once));
            }
        };
    }

    static Map<String, HostTensor> affineWeights() {
        return Map.of(
                "decoder.fc.weight", HostTensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6),
                "decoder.fc.bias", HostTensor.ofFloats(Shape.of(3), 0.5f, 0.5f, 1.5f));
    }

    /** A little captioner: a convolution, attention over its places by a looked-up word, the best words. N is open. */
    static Program network() {
        return new Program() {
            @Override
            public List<Port> inputs() {
                return List.of(
                        new Port("pixels", DType.UINT8, Shape.of(Shape.UNKNOWN, 3, 8, 9)),
                        new Port("words", DType.INT64, Shape.of(Shape.UNKNOWN, 2)));
            }

            @Override
            public List<String> outputs() {
                return List.of("scores", "ids", "alpha");
            }

            @Override
            public Computation bind(Parameters p) {
                Tensor kernel = p.parameter("conv.weight", Shape.of(6, 3, 3, 3), Initializer.ZEROS);
                Tensor mean = p.buffer("bn.running_mean", Shape.of(6), Initializer.ZEROS);
                Tensor variance = p.buffer("bn.running_var", Shape.of(6), Initializer.ONES);
                Tensor scale = p.parameter("bn.weight", Shape.of(6), Initializer.ONES);
                Tensor shift = p.parameter("bn.bias", Shape.of(6), Initializer.ZEROS);
                Tensor table = p.parameter("embedding.weight", Shape.of(11, 6), Initializer.ZEROS);
                return x -> {
                    Tensor picture = x.get(0).to(DType.FLOAT32).dividedBy(128f).minus(1f);
                    Tensor maps = picture.conv2d(kernel, null, Convolution.same(8, 9, 3, 2))
                            .batchNorm(mean, variance, scale, shift, 1e-3f, 0.01f)
                            .relu()
                            .adaptiveAvgPool2d(3, 3); // (N, 6, 3, 3)
                    Tensor places = maps.reshape(0, 0, -1).transpose(0, 2, 1); // (N, 9, 6)
                    Tensor asked = table.rows(x.get(1)); // (N, 2, 6)
                    Tensor alpha = asked.matmul(places.transpose(0, 2, 1)).softmax(-1); // (N, 2, 9)
                    Tensor scores = alpha.matmul(places).linear(table, null).logSoftmax(-1); // (N, 2, 11)
                    var best = scores.topK(scores.algebra().scalar(3L));
                    return List.of(best.values(), best.indices(), alpha);
                };
            }
        };
    }

    static Map<String, HostTensor> networkWeights() {
        Random random = new Random(5);
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        Map.of(
                        "conv.weight", Shape.of(6, 3, 3, 3),
                        "bn.running_mean", Shape.of(6),
                        "bn.running_var", Shape.of(6),
                        "bn.weight", Shape.of(6),
                        "bn.bias", Shape.of(6),
                        "embedding.weight", Shape.of(11, 6))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> {
                    float[] values = new float[(int) entry.getValue().size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = entry.getKey().endsWith("var")
                                ? 0.5f + random.nextFloat()
                                : (float) random.nextGaussian();
                    }
                    weights.put(entry.getKey(), HostTensor.ofFloats(entry.getValue(), values));
                });
        return weights;
    }

    static List<HostTensor> networkInputs(int n) {
        Random random = new Random(n);
        byte[] pixels = new byte[n * 3 * 8 * 9];
        random.nextBytes(pixels);
        long[] words = random.longs(2L * n, 0, 11).toArray();
        return List.of(HostTensor.ofBytes(Shape.of(n, 3, 8, 9), pixels), HostTensor.ofLongs(Shape.of(n, 2), words));
    }
}
