package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.contract.OperationCase.Stored;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The part of {@link GradientContract} that is about clipping, the rules of the optimisers and what is frozen. */
abstract class UpdateContract {
    private static final float[] A = {1f, -2f, 0.5f};
    private static final float[] B = {0.25f, 3f, -1f, 2f};

    /** The backend under test. */
    protected abstract TrainingBackend backend();

    @TestFactory
    Stream<DynamicTest> optimizersFollowTheirEquations() {
        return Stream.of(
                        Optimizer.sgd(0),
                        Optimizer.sgd(0.9),
                        new Optimizer.Sgd(0.8, true, 0.01),
                        new Optimizer.Sgd(0, false, 0.1),
                        Optimizer.adam(),
                        new Optimizer.Adam(0.8, 0.95, 1e-6, 0.1, false, true, false),
                        new Optimizer.Adam(0.5, 0.6, 1e-8, 0, false, true, true),
                        Optimizer.adamW(0.2),
                        new Optimizer.Adam(0.9, 0.99, 1e-8, 0.2, true, true, true))
                .map(optimizer -> dynamicTest(optimizer.toString(), () -> {
                    try (TrainingSession session =
                            open(quadratic(), weights(), optimizer, GradientClip.none(), name -> true)) {
                        double[] a = doubles(A);
                        double[] b = doubles(B);
                        Rule forA = new Rule(optimizer, 1, a.length);
                        Rule forB = new Rule(optimizer, 2, b.length);
                        for (int step = 0; step < 12; step++) {
                            float target = step < 6 ? 0.5f : 3f; // the gradient turns, and amsgrad remembers
                            session.step(
                                    List.of(HostTensor.scalar(target)), name -> name.equals("a") ? 0.1 : 0.05, step);
                            forA.update(a, gradient(a, target, 1), 0.1);
                            forB.update(b, gradient(b, target, 2), 0.05);
                            assertClose(session.weights().get("a"), a, "a after step " + step);
                            assertClose(session.weights().get("b"), b, "b after step " + step);
                        }
                    }
                }));
    }

    @Test
    void reportsLossAndNormBeforeTheUpdate() {
        try (TrainingSession session =
                open(quadratic(), weights(), Optimizer.sgd(0), GradientClip.globalNorm(0.1), name -> true)) {
            HostTensor target = HostTensor.scalar(0.5f);
            double loss = session.evaluate(List.of(target)).get(0).toFloatArray()[0];
            TrainingSession.StepReport report = session.step(List.of(target), name -> 0.1, 1);

            assertThat((double) report.loss()).isCloseTo(loss, within(1e-5));
            assertThat((double) report.gradientNorm()).isCloseTo(norm(), within(1e-4));
            assertThat(report.outputs()).hasSize(1);
            assertThat(report.outputs().get(0).toFloatArray()).containsExactly(A);
            assertThat((double) session.evaluate(List.of(target)).get(0).toFloatArray()[0])
                    .isLessThan(loss);
        }
    }

    @Test
    void clipsByGlobalNorm() {
        double scale = 0.1 / (norm() + 1e-6);
        afterOneStep(GradientClip.globalNorm(0.1), gradient -> scale * gradient);
        afterOneStep(GradientClip.globalNorm(1000), gradient -> gradient);
    }

    @Test
    void clipsByValue() {
        afterOneStep(GradientClip.value(1.5), gradient -> Math.max(-1.5, Math.min(1.5, gradient)));
    }

    private void afterOneStep(GradientClip clip, DoubleUnaryOperator clipped) {
        try (TrainingSession session = open(quadratic(), weights(), Optimizer.sgd(0), clip, name -> true)) {
            session.step(List.of(HostTensor.scalar(0.5f)), name -> 0.1, 1);
            for (String name : List.of("a", "b")) {
                double[] expected = doubles(name.equals("a") ? A : B);
                double[] gradient = gradient(expected, 0.5f, name.equals("a") ? 1 : 2);
                for (int i = 0; i < expected.length; i++) {
                    expected[i] -= 0.1 * clipped.applyAsDouble(gradient[i]);
                }
                assertClose(session.weights().get(name), expected, name + " with " + clip);
            }
        }
    }

    @Test
    void frozenParametersHaveNoGradientAndStay() {
        try (TrainingSession session =
                open(quadratic(), weights(), Optimizer.adam(), GradientClip.none(), name -> name.equals("b"))) {
            HostTensor target = HostTensor.scalar(0.5f);
            assertThat(session.gradients(List.of(target))).containsKey("b").doesNotContainKey("a");
            TrainingSession.StepReport report = session.step(List.of(target), name -> 0.1, 1);

            double ofB = Math.sqrt(IntStream.range(0, B.length)
                    .mapToDouble(i -> gradient(doubles(B), 0.5f, 2)[i])
                    .map(g -> g * g)
                    .sum());
            assertThat((double) report.gradientNorm())
                    .as("norm over what is learned")
                    .isCloseTo(ofB, within(1e-4));
            assertThat(session.weights().get("a").toFloatArray()).containsExactly(A);
            assertThat(session.weights().get("b").toFloatArray()).isNotEqualTo(B);
        }
    }

    @Test
    void evaluationAndGradientsUpdateNothing() {
        try (TrainingSession session =
                open(quadratic(), weights(), Optimizer.adam(), GradientClip.none(), name -> true)) {
            session.evaluate(List.of(HostTensor.scalar(0.5f)));
            session.gradients(List.of(HostTensor.scalar(0.5f)));

            assertSameBits(session.weights(), weights());
        }
    }

    @Test
    void anotherProgramRunsOverTheWeightsAsTheyAreAfterAStep() {
        Program half = program(
                List.of(HostTensor.scalar(0f)),
                parameters -> {
                    Tensor b = parameters.parameter("b", Shape.of(2, 2), Initializer.ZEROS);
                    return t -> List.of(b.times(t.get(0)));
                },
                1);
        Program stranger = program(
                List.of(HostTensor.scalar(0f)),
                parameters -> {
                    Tensor c = parameters.parameter("c", Shape.of(1), Initializer.ZEROS);
                    return t -> List.of(c);
                },
                1);
        try (TrainingSession session =
                open(quadratic(), weights(), Optimizer.sgd(0), GradientClip.none(), name -> true)) {
            session.step(List.of(HostTensor.scalar(0f)), name -> 0.125, 1); // b - 1/8 * 4 b = b / 2

            assertThat(session.run(half, List.of(HostTensor.scalar(2f))).get(0).toFloatArray())
                    .containsExactly(B);
            assertThatThrownBy(() -> session.run(stranger, List.of(HostTensor.scalar(2f))))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("no weight c");
        }
    }

    @Test
    void averagesTheWeightsWithAWarmUpAndShowsTheAverageWhenAsked() {
        double decay = 0.4; // (1 + t) / (10 + t) is 0.18, 0.25, 0.31, 0.36 and only then 0.4
        HostTensor target = HostTensor.scalar(0.5f);
        try (TrainingSession session = averaging(decay, name -> true)) {
            double[] average = doubles(B);
            for (int t = 1; t <= 8; t++) {
                session.step(List.of(target), name -> 0.02, t);
                double kept = Math.min(decay, (1.0 + t) / (10.0 + t));
                double[] now = doubles(session.weights().get("b").toFloatArray());
                for (int i = 0; i < now.length; i++) {
                    average[i] = kept * average[i] + (1 - kept) * now[i];
                }
                assertClose(session.averaged(session::weights).get("b"), average, "average after step " + t);
                assertClose(session.weights().get("b"), now, "weights after step " + t);
            }
            double[] a = doubles(session.averaged(session::weights).get("a").toFloatArray());
            double loss = 0;
            for (double value : a) {
                loss += Math.pow(value - 0.5, 2);
            }
            for (double value : average) {
                loss += 2 * Math.pow(value - 0.5, 2);
            }
            assertThat((double) session.averaged(() -> session.evaluate(List.of(target)))
                            .get(0)
                            .toFloatArray()[0])
                    .isCloseTo(loss, within(1e-4));
            assertThatThrownBy(() -> session.averaged(() -> session.step(List.of(target), name -> 0.02, 9)))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void withoutAnAverageTheWeightsStandForIt() {
        try (TrainingSession session = averaging(0, name -> true)) {
            session.step(List.of(HostTensor.scalar(0.5f)), name -> 0.02, 1);
            assertSameBits(session.averaged(session::weights), session.weights());
        }
    }

    @Test
    void theAverageIsRestoredBitForBit() {
        HostTensor target = HostTensor.scalar(0.5f);
        try (TrainingSession unbroken = averaging(0.9, name -> name.equals("b"));
                TrainingSession resumed = averaging(0.9, name -> name.equals("b"));
                TrainingSession without = averaging(0, name -> true)) {
            unbroken.step(List.of(target), name -> 0.02, 1);
            unbroken.step(List.of(target), name -> 0.02, 2);
            resumed.step(List.of(HostTensor.scalar(7f)), name -> 0.5, 1);
            resumed.restore(unbroken.weights(), unbroken.optimizerState());
            assertSameBits(resumed.averaged(resumed::weights), unbroken.averaged(unbroken::weights));
            unbroken.step(List.of(target), name -> 0.02, 3);
            resumed.step(List.of(target), name -> 0.02, 3);
            assertSameBits(resumed.averaged(resumed::weights), unbroken.averaged(unbroken::weights));
            assertSameBits(resumed.optimizerState(), unbroken.optimizerState());
            assertThatThrownBy(() -> resumed.restore(without.weights(), without.optimizerState()))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("average.step");
        }
    }

    private TrainingSession averaging(double decay, Predicate<String> learned) {
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), learned, 11, true, decay);
        return backend().train(quadratic(), new Stored(weights()), settings, Device.cpu(), 1);
    }

    // parts
    // ------------------------------------------------------------------------------------------------------------

    TrainingSession open(
            Program program,
            Map<String, HostTensor> weights,
            Optimizer optimizer,
            GradientClip clip,
            Predicate<String> learned) {
        TrainingBackend.Settings settings = new TrainingBackend.Settings(optimizer, clip, learned, 11);
        return backend().train(program, new Stored(weights), settings, Device.cpu(), 1);
    }

    static void assertSameBits(Map<String, HostTensor> actual, Map<String, HostTensor> expected) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        expected.forEach(
                (name, tensor) -> assertThat(actual.get(name).bytes()).as(name).isEqualTo(tensor.bytes()));
    }

    /** A program of these inputs, named x0, x1, ... */
    static Program program(List<HostTensor> inputs, Function<Parameters, Program.Computation> binding, int results) {
        return new Program() {
            @Override
            public List<Port> inputs() {
                List<Port> ports = new ArrayList<>();
                for (HostTensor input : inputs) {
                    ports.add(OperationCase.port("x" + ports.size(), input));
                }
                return ports;
            }

            @Override
            public List<String> outputs() {
                return IntStream.range(0, results).mapToObj(i -> "result" + i).toList();
            }

            @Override
            public Computation bind(Parameters parameters) {
                return binding.apply(parameters);
            }
        };
    }

    /** sum (a - t)^2 + sum 2 (b - t)^2, and a itself. */
    private static Program quadratic() {
        return program(
                List.of(HostTensor.scalar(0f)),
                parameters -> {
                    Tensor a = parameters.parameter("a", Shape.of(3), Initializer.ZEROS);
                    Tensor b = parameters.parameter("b", Shape.of(2, 2), Initializer.ZEROS);
                    return t -> {
                        Tensor fromA = a.minus(t.get(0));
                        Tensor fromB = b.minus(t.get(0));
                        return List.of(
                                fromA.times(fromA)
                                        .sum(false)
                                        .plus(fromB.times(fromB).times(2f).sum(false)),
                                a);
                    };
                },
                2);
    }

    private static Map<String, HostTensor> weights() {
        return new TreeMap<>(
                Map.of("a", HostTensor.ofFloats(Shape.of(3), A), "b", HostTensor.ofFloats(Shape.of(2, 2), B)));
    }

    private static double[] gradient(double[] w, double target, double factor) {
        double[] gradient = new double[w.length];
        for (int i = 0; i < w.length; i++) {
            gradient[i] = 2 * factor * (w[i] - target);
        }
        return gradient;
    }

    /** Of both gradients at the start, target 0.5. */
    private static double norm() {
        double sum = 0;
        for (double g : gradient(doubles(A), 0.5, 1)) {
            sum += g * g;
        }
        for (double g : gradient(doubles(B), 0.5, 2)) {
            sum += g * g;
        }
        return Math.sqrt(sum);
    }

    private static double[] doubles(float[] values) {
        return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
    }

    private static void assertClose(HostTensor actual, double[] expected, String what) {
        float[] values = actual.toFloatArray();
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) values[i]).as(what).isCloseTo(expected[i], within(2e-5));
        }
    }

    /** The equations of {@link Optimizer} in double. */
    private static final class Rule {
        private final Optimizer optimizer;
        private final int rank;
        private final double[] first;
        private final double[] second;
        private final double[] largest;
        private int step;

        Rule(Optimizer optimizer, int rank, int size) {
            this.optimizer = optimizer;
            this.rank = rank;
            this.first = new double[size];
            this.second = new double[size];
            this.largest = new double[size];
        }

        void update(double[] p, double[] gradient, double rate) {
            step++;
            for (int i = 0; i < p.length; i++) {
                if (optimizer instanceof Optimizer.Sgd sgd) {
                    double g = gradient[i] + sgd.weightDecay() * p[i];
                    first[i] = sgd.momentum() * first[i] + g;
                    p[i] -= rate * (sgd.nesterov() ? g + sgd.momentum() * first[i] : first[i]);
                } else if (optimizer instanceof Optimizer.Adam adam) {
                    double decay = rank > 1 || adam.decayBiases() ? adam.weightDecay() : 0;
                    double g = gradient[i] + (adam.decoupled() ? 0 : decay * p[i]);
                    p[i] *= adam.decoupled() ? 1 - rate * decay : 1;
                    first[i] = adam.beta1() * first[i] + (1 - adam.beta1()) * g;
                    second[i] = adam.beta2() * second[i] + (1 - adam.beta2()) * g * g;
                    largest[i] = adam.amsgrad() ? Math.max(largest[i], second[i]) : second[i];
                    double m = first[i] / (1 - Math.pow(adam.beta1(), step));
                    double v = largest[i] / (1 - Math.pow(adam.beta2(), step));
                    p[i] -= rate * m / (Math.sqrt(v) + adam.epsilon());
                }
            }
        }
    }
}
