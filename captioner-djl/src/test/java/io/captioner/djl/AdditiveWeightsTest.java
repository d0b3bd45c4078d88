package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights of additive attention through kernels, and their gradients, against libtorch's own of the equation written out. */
class AdditiveWeightsTest {
    private static final int IMAGES = 3;
    private static final int PLACES = 7;
    private static final int SIZE = 20;
    private static final int WORDS = 3;

    private interface AttentionWeights {
        Tensor of(Tensor keys, Tensor query, Tensor weight, Tensor bias);
    }

    /**
     * A loss over several words that share keys and weight.
     *
     * @param computed whether weight and keys are made of the parameters, not the parameters themselves
     */
    private record Loss(int rows, AttentionWeights scores, boolean computed) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(new Port("factors", DType.FLOAT32, Shape.of(WORDS, IMAGES, rows, PLACES)));
        }

        @Override
        public List<String> outputs() {
            return List.of("loss");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Tensor keys = parameters.parameter("keys", Shape.of(IMAGES, PLACES, SIZE), Initializer.ZEROS);
            Tensor weight = parameters.parameter("weight", Shape.of(1, SIZE), Initializer.ZEROS);
            Tensor queries = parameters.parameter("queries", Shape.of(WORDS, IMAGES, rows, SIZE), Initializer.ZEROS);
            Tensor bias = parameters.parameter("bias", Shape.of(1), Initializer.ZEROS);
            return inputs -> {
                Tensor k = computed ? keys.times(1.5f) : keys;
                Tensor v = computed ? weight.times(-2f) : weight;
                Tensor loss = null;
                for (int word = 0; word < WORDS; word++) {
                    Tensor factor = inputs.get(0).slice(0, word, word + 1).squeeze(0);
                    Tensor query = queries.slice(0, word, word + 1).squeeze(0);
                    Tensor term = scores.of(k, query, v, bias).times(factor).sum(false);
                    loss = loss == null ? term : loss.plus(term);
                }
                return List.of(loss);
            };
        }
    }

    private static HostTensor random(long seed, long... dims) {
        Random random = new Random(seed);
        float[] values = new float[(int) Shape.of(dims).size()];
        for (int i = 0; i < values.length; i++) {
            // zeros among them: where key and query are 0, ReLU stands at its corner
            values[i] = random.nextInt(10) == 0 ? 0 : (float) random.nextGaussian();
        }
        return HostTensor.ofFloats(Shape.of(dims), values);
    }

    private static Map<String, HostTensor> lossAndGradients(Loss loss) {
        Map<String, HostTensor> initial = Map.of(
                "keys", random(1, IMAGES, PLACES, SIZE),
                "weight", random(2, 1, SIZE),
                "bias", HostTensor.ofFloats(Shape.of(1), 0.5f),
                "queries", random(3, WORDS, IMAGES, loss.rows, SIZE));
        List<HostTensor> batch = List.of(random(4, WORDS, IMAGES, loss.rows, PLACES));
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), name -> true, 1);
        try (TrainingSession session = new DjlBackend().train(loss, Weights.of(initial), settings, Device.cpu(), 1)) {
            Map<String, HostTensor> all = new HashMap<>(session.gradients(batch));
            all.put("loss", session.evaluate(batch).get(0));
            return all;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1, true, false",
        "5, true, false",
        "1, false, false",
        "5, false, false",
        "1, true, true",
        "5, true, true",
        "5, false, true"
    })
    void gradientsAreThoseOfTheEquation(int rows, boolean relu, boolean computed) {
        Loss kernels = new Loss(rows, (k, q, v, b) -> k.additiveWeights(q, v, b, relu), computed);
        Loss equation = new Loss(
                rows,
                (k, q, v, b) -> {
                    Tensor sum = k.expandDims(1).plus(q.expandDims(2)); // (N, R, L, A)
                    return (relu ? sum.relu() : sum.tanh())
                            .times(v)
                            .sum(false, -1)
                            .plus(b)
                            .softmax(-1); // (N, R, L)
                },
                computed);
        Map<String, HostTensor> is = lossAndGradients(kernels);
        Map<String, HostTensor> expected = lossAndGradients(equation);
        assertThat(is).containsOnlyKeys(expected.keySet());
        expected.forEach((name, values) -> {
            float[] wanted = values.toFloatArray();
            float[] got = is.get(name).toFloatArray();
            for (int i = 0; i < wanted.length; i++) {
                assertThat((double) got[i])
                        .as(name + i)
                        .isCloseTo(wanted[i], within(2e-5 * Math.max(1, Math.abs(wanted[i]))));
            }
        });
    }
}
