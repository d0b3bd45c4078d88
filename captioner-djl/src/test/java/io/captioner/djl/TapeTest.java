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
import io.captioner.nn.WeightSource;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Gradients where a weight is used on several ways, some of them through kernels. */
class TapeTest {
    private static final HostTensor A = HostTensor.ofFloats(Shape.of(2, 3), 1, -2, 3, -4, 5, -6);
    private static final HostTensor B = HostTensor.ofFloats(Shape.of(2, 3), 2, 2, 1, 1, 0, 0);
    private static final HostTensor W = HostTensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 10, 20, 30);
    private static final HostTensor C = HostTensor.ofFloats(Shape.of(6), 1, 2, 3, 4, 5, 6);

    /** @param w of a product; @param one () */
    private record Learned(Tensor a, Tensor b, Tensor w, Tensor one) {}

    private interface Loss extends BiFunction<Learned, Tensor, Tensor> {}

    private record Sums(Loss loss) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(new Port("c", DType.FLOAT32, Shape.of(6)));
        }

        @Override
        public List<String> outputs() {
            return List.of("loss");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Learned learned = new Learned(
                    matrix(parameters, "a"),
                    matrix(parameters, "b"),
                    matrix(parameters, "w"),
                    parameters.parameter("one", Shape.of(), Initializer.ZEROS));
            return inputs -> List.of(loss.apply(learned, inputs.get(0)));
        }

        private static Tensor matrix(Parameters parameters, String name) {
            return parameters.parameter(name, Shape.of(2, 3), Initializer.ZEROS);
        }
    }

    private static TrainingSession session(GradientClip clip, Loss loss) {
        WeightSource initial = Weights.of(Map.of("a", A, "b", B, "w", W, "one", HostTensor.scalar(1f)));
        return new DjlBackend()
                .train(
                        new Sums(loss),
                        initial,
                        new TrainingBackend.Settings(Optimizer.adam(), clip, name -> true, 1),
                        Device.cpu(),
                        1);
    }

    private static Map<String, HostTensor> gradients(Loss loss) {
        try (TrainingSession session = session(GradientClip.none(), loss)) {
            return session.gradients(List.of(C));
        }
    }

    /** libtorch's own sums give b the gradient that a gets from its second cut, for both are views of the same memory. */
    @Test
    void aWeightUsedTwiceWhoseGradientsArriveFromTwoCutsLeavesThatOfItsNeighbourAlone() {
        Map<String, HostTensor> gradients = gradients((of, c) -> {
            Tensor a = of.a();
            // the second cut: a, doubled, goes into a product
            Tensor product = a.times(2).linear(of.w(), null); // (2, 2)
            // the first: views of a and b, whose gradient is c for both
            Tensor sum = a.reshape(6).plus(of.b().reshape(6));
            return sum.times(c).sum(false).plus(product.sum(false));
        });
        assertThat(gradients.get("b").toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(gradients.get("a").toFloatArray()).containsExactly(1 + 22, 2 + 44, 3 + 66, 4 + 22, 5 + 44, 6 + 66);
        assertThat(gradients.get("w").toFloatArray()).containsExactly(-6, 6, -6, -6, 6, -6);
    }

    @Test
    void whatIsReadByAProductAndBesideItGetsTheGradientsOfBoth() {
        Map<String, HostTensor> gradients = gradients((of, c) -> {
            Tensor x = of.a().plus(of.b());
            Tensor y = x; // as in a residual network: y = x + W x, three times
            for (int i = 0; i < 3; i++) {
                y = y.plus(y.linear(of.w().slice(0, 0, 1), null).times(0.1f));
            }
            return y.sum(false);
        });
        // y' = y + 0.1 (v . y): dL/dy = dL/dy' + 0.1 (dL/dy' . 1) v, three times from 1, v = (1, 2, 3)
        double[] d = {1, 1, 1};
        for (int i = 0; i < 3; i++) {
            double sum = d[0] + d[1] + d[2];
            for (int j = 0; j < 3; j++) {
                d[j] += 0.1 * sum * (j + 1);
            }
        }
        for (String name : List.of("a", "b")) {
            float[] values = gradients.get(name).toFloatArray();
            for (int i = 0; i < 6; i++) {
                assertThat((double) values[i]).as(name + i).isCloseTo(d[i % 3], within(1e-5));
            }
        }
    }

    @Test
    void slicesOfAWeightGetTheirOwnPartsOfItsGradient() {
        Map<String, HostTensor> gradients = gradients((of, c) -> {
            Tensor whole = of.a().slice(1, 1, 3).sum(false).times(of.one().times(2f));
            Tensor rest = of.a().slice(1, 0, 1).sum(false).times(of.one().times(5f));
            Tensor overlapping =
                    of.b().slice(1, 0, 2).plus(of.b().slice(1, 1, 3)).sum(false);
            Tensor crossing = of.b().slice(0, 1, 2).sum(false).times(of.one().times(10f));
            Tensor part = of.w().slice(1, 1, 2).sum(false);
            Tensor again = of.w().sum(false); // beside its slice
            return whole.plus(rest).plus(overlapping).plus(crossing).plus(part).plus(again);
        });
        assertThat(gradients.get("a").toFloatArray()).containsExactly(5, 2, 2, 5, 2, 2);
        assertThat(gradients.get("b").toFloatArray()).containsExactly(1, 2, 1, 11, 12, 11);
        assertThat(gradients.get("w").toFloatArray()).containsExactly(1, 2, 1, 1, 2, 1);
    }

    @Test
    void aWeightOfSeveralProductsGetsTheGradientsOfAll() {
        Map<String, HostTensor> gradients = gradients((of, c) -> {
            Tensor sum = of.one().times(0f);
            for (int i = 1; i <= 3; i++) { // the second and third with the weight as oneDNN wants it
                sum = sum.plus(of.a().times((float) i).linear(of.w(), null).sum(false));
            }
            return sum;
        });
        // sums of W's columns, and of a's, each six times
        assertThat(gradients.get("a").toFloatArray()).containsExactly(66, 132, 198, 66, 132, 198);
        assertThat(gradients.get("w").toFloatArray()).containsExactly(-18, 18, -18, -18, 18, -18);
    }

    @Test
    void smallOperationsOnWeightsHaveTheGradientsOfTheirEquations() {
        Map<String, HostTensor> gradients = gradients((of, c) -> {
            Tensor gated = of.a().sigmoid().times(of.a()); // a is read twice
            Tensor weighed = of.b().softmax(-1).reshape(1, 6).squeeze(0).times(c);
            return gated.plus(gated).sum(false).plus(weighed.expandDims(0).sum(false));
        });
        float[] a = A.toFloatArray();
        float[] b = B.toFloatArray();
        float[] c = C.toFloatArray();
        for (int i = 0; i < 6; i++) {
            // y = 2 s(a) a: dy/da = 2 (s + a s (1 - s))
            double s = 1 / (1 + Math.exp(-a[i]));
            assertThat((double) gradients.get("a").toFloatArray()[i])
                    .isCloseTo(2 * (s + a[i] * s * (1 - s)), within(1e-5));
            // p = softmax(b), y = p . c: dy/db_i = p_i (c_i - y)
            double sum = 0;
            double y = 0;
            for (int j = i / 3 * 3; j < i / 3 * 3 + 3; j++) {
                sum += Math.exp(b[j]);
                y += Math.exp(b[j]) * c[j];
            }
            double p = Math.exp(b[i]) / sum;
            assertThat((double) gradients.get("b").toFloatArray()[i]).isCloseTo(p * (c[i] - y / sum), within(1e-5));
        }
    }

    @Test
    void aLossThatIsAWeightHasTheGradientOne() {
        Map<String, HostTensor> gradients = gradients((of, c) -> of.one());
        assertThat(gradients.get("one").toFloatArray()).containsExactly(1);
        assertThat(gradients.get("c").toFloatArray()).containsOnly(0);
    }

    @Test
    void aLossThatDependsOnNoWeightHasNoGradients() {
        Map<String, HostTensor> gradients = gradients((of, c) -> {
            return c.detached().sum(false);
        });
        assertThat(gradients.get("a").toFloatArray()).containsOnly(0);
    }

    /** m = (1 - beta1) g; libtorch's own scaling inside the update would scale the memory that both share twice. */
    @Test
    void aGradientThatTwoWeightsShareIsClippedOnceForEach() {
        try (TrainingSession session = session(
                GradientClip.globalNorm(0.5),
                (of, c) -> of.a().plus(of.b()).reshape(6).times(c).sum(false))) {
            session.step(List.of(C), name -> 0.1);
            float[] a = session.optimizerState().get("a.exp_avg").toFloatArray();
            float[] b = session.optimizerState().get("b.exp_avg").toFloatArray();
            double norm = Math.sqrt(2 * 91);
            for (int i = 0; i < 6; i++) {
                assertThat((double) a[i]).isCloseTo(0.1 * (i + 1) * 0.5 / norm, within(1e-6));
            }
            assertThat(b).isEqualTo(a);
        }
    }
}
