package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.fixtures.Fixtures;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceAlgebra;
import io.captioner.reference.ReferenceParameters;
import io.captioner.reference.ReferenceTensor;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What a backend that trains must do. Gradients are compared with central differences of the plain Java interpreter in double, within
 * {@link #tolerance()}, relative and absolute. What chance does is in {@link SeedContract}, the rules of the
 * optimisers are in {@link UpdateContract}.
 */
public abstract class GradientContract extends SeedContract {
    private static final double STEP = 1e-4;

    /** Relative and absolute tolerance of gradients. */
    protected double tolerance() {
        return 5e-5;
    }

    @TestFactory
    Stream<DynamicTest> gradients() {
        return Operations.all().stream()
                .filter(OperationCase::differentiable)
                .map(operation -> dynamicTest(operation.name(), () -> {
                    Map<String, HostTensor> weights = new TreeMap<>();
                    List<HostTensor> inputs = new ArrayList<>();
                    for (int i = 0; i < operation.operands().size(); i++) {
                        if (operation.canBeParameter(i)) {
                            weights.put("w" + i, operation.operands().get(i));
                        } else {
                            inputs.add(operation.operands().get(i));
                        }
                    }
                    compare(Scalar.of(operation, inputs), weights, Set.of(), inputs, name -> true);
                }));
    }

    @Test
    void batchNormByTheBatchsOwnStatistics() {
        for (HostTensor x : List.of(random(1, 3, 2, 4, 2), random(2, 5, 2))) {
            compare(batchNorm(x), batchNormWeights(), STATISTICS, List.of(x), name -> true);
        }
    }

    @Test
    void batchNormByFrozenStatistics() {
        HostTensor x = random(1, 3, 2, 4, 2);
        compare(batchNorm(x), batchNormWeights(), STATISTICS, List.of(x), name -> false);
    }

    @Test
    void dropoutDropsNothingWhenGradientsAreAsked() {
        HostTensor x = random(1, 3, 4);
        Scalar program = new Scalar(
                List.of(x),
                List.of(new Operand("x0", x.shape(), false)),
                t -> List.of(t.get(0).times(t.get(0)).dropout(0.5f)));
        compare(program, Map.of(), Set.of(), List.of(x), name -> true);
    }

    /** Gradients of all that is learned, and of the inputs, against central differences. */
    private void compare(
            Scalar program,
            Map<String, HostTensor> weights,
            Set<String> buffers,
            List<HostTensor> inputs,
            Predicate<String> learned) {
        Map<String, HostTensor> expected = new TreeMap<>();
        weights.forEach((name, value) -> {
            if (learned.test(name) && !buffers.contains(name)) {
                expected.put(name, differences(program, weights, inputs, learned, name, value));
            }
        });
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).type() == DType.FLOAT32) {
                expected.put("x" + i, differences(program, weights, inputs, learned, "x" + i, inputs.get(i)));
            }
        }
        Map<String, HostTensor> actual;
        try (TrainingSession session = open(program, weights, Optimizer.sgd(0), GradientClip.none(), learned)) {
            actual = session.gradients(inputs);
        }
        assertThat(actual.keySet()).as("what has a gradient").isEqualTo(expected.keySet());
        expected.forEach((name, gradient) ->
                Fixtures.assertClose(actual.get(name), gradient, tolerance(), tolerance(), "gradient of " + name));
    }

    /** (f(v + h) - f(v - h)) / 2h for each element of one operand. */
    private static HostTensor differences(
            Scalar program,
            Map<String, HostTensor> weights,
            List<HostTensor> inputs,
            Predicate<String> learned,
            String name,
            HostTensor value) {
        float[] gradient = new float[(int) value.shape().size()];
        for (int i = 0; i < gradient.length; i++) {
            double above = loss(program, weights, inputs, learned, name, i, STEP);
            double below = loss(program, weights, inputs, learned, name, i, -STEP);
            gradient[i] = (float) ((above - below) / (2 * STEP));
        }
        return HostTensor.ofFloats(value.shape(), gradient);
    }

    private static double loss(
            Scalar program,
            Map<String, HostTensor> weights,
            List<HostTensor> inputs,
            Predicate<String> learned,
            String moved,
            int element,
            double by) {
        ReferenceAlgebra algebra = new ReferenceAlgebra(true, true);
        Function<String, Tensor> source =
                name -> exact(algebra, weights.get(name), name.equals(moved) ? element : -1, by);
        List<Tensor> given = new ArrayList<>();
        for (HostTensor input : inputs) {
            given.add(exact(algebra, input, moved.equals("x" + given.size()) ? element : -1, by));
        }
        Tensor loss = program.bind(ReferenceParameters.of(algebra, source, learned))
                .run(given)
                .get(0);
        return ((ReferenceTensor) loss).toDoubles()[0];
    }

    private static Tensor exact(ReferenceAlgebra algebra, HostTensor value, int element, double by) {
        if (value.type() != DType.FLOAT32) {
            return algebra.constant(value);
        }
        double[] values = ((ReferenceTensor) algebra.constant(value)).toDoubles();
        if (element >= 0) {
            values[element] += by;
        }
        return algebra.constant(value.shape(), values);
    }

    // training mode
    // ----------------------------------------------------------------------------------------------------

    @Test
    void runningStatisticsFollowTheBatchWithMomentum() {
        HostTensor x = random(1, 3, 2, 4, 2);
        try (TrainingSession session =
                open(batchNorm(x), batchNormWeights(), Optimizer.sgd(0), GradientClip.none(), name -> true)) {
            session.step(List.of(x), name -> 0, 1);
            Map<String, HostTensor> after = session.weights();
            float[] values = x.toFloatArray();
            for (int c = 0; c < 2; c++) {
                double mean = 0;
                double squares = 0;
                int n = 3 * 4 * 2;
                for (int i = 0; i < values.length; i++) {
                    mean += i / 8 % 2 == c ? (double) values[i] / n : 0;
                }
                for (int i = 0; i < values.length; i++) {
                    squares += i / 8 % 2 == c ? (values[i] - mean) * (values[i] - mean) : 0;
                }
                // new = 0.9 old + 0.1 batch, the batch's variance over n - 1
                assertThat((double) after.get("bn.running_mean").toFloatArray()[c])
                        .isCloseTo(
                                0.9 * batchNormWeights().get("bn.running_mean").toFloatArray()[c] + 0.1 * mean,
                                within(1e-6));
                assertThat((double) after.get("bn.running_var").toFloatArray()[c])
                        .isCloseTo(
                                0.9 * batchNormWeights().get("bn.running_var").toFloatArray()[c]
                                        + 0.1 * squares / (n - 1),
                                within(1e-6));
            }
        }
    }

    @Test
    void frozenStatisticsAndEvaluationLeaveEverythingAsItWas() {
        HostTensor x = random(1, 3, 2, 4, 2);
        try (TrainingSession session =
                open(batchNorm(x), batchNormWeights(), Optimizer.sgd(0), GradientClip.none(), name -> false)) {
            session.step(List.of(x), name -> 1, 1);
            assertSameBits(session.weights(), batchNormWeights());
        }
        try (TrainingSession session =
                open(batchNorm(x), batchNormWeights(), Optimizer.sgd(0), GradientClip.none(), name -> true)) {
            session.evaluate(List.of(x));
            session.gradients(List.of(x));
            assertSameBits(session.weights(), batchNormWeights());
        }
    }

    @Test
    void noGradientGoesThroughWhatIsDetached() {
        HostTensor x = HostTensor.ofFloats(Shape.of(2), 3f, 5f);
        Program program = program(
                List.of(x),
                parameters -> {
                    Tensor w = parameters.parameter("w", Shape.of(2), Initializer.ONES);
                    Tensor v = parameters.parameter("v", Shape.of(2), Initializer.ONES);
                    // d/dw of w x + detached(w x) v = x, d/dv = w x
                    return t -> {
                        Tensor y = w.times(t.get(0));
                        return List.of(y.plus(y.detached().times(v)).sum(false));
                    };
                },
                1);
        try (TrainingSession session = open(program, Map.of(), Optimizer.sgd(0), GradientClip.none(), name -> true)) {
            Map<String, HostTensor> gradients = session.gradients(List.of(x));
            assertThat(gradients.get("w").toFloatArray()).containsExactly(3f, 5f);
            assertThat(gradients.get("v").toFloatArray()).containsExactly(3f, 5f);
        }
    }

    // parts
    // ------------------------------------------------------------------------------------------------------------

    private static final Set<String> STATISTICS = Set.of("bn.running_mean", "bn.running_var");

    private static Scalar batchNorm(HostTensor x) {
        Shape two = Shape.of(2);
        return new Scalar(
                List.of(x),
                List.of(
                        new Operand("x0", x.shape(), false),
                        new Operand("bn.running_mean", two, true),
                        new Operand("bn.running_var", two, true),
                        new Operand("bn.weight", two, false),
                        new Operand("bn.bias", two, false)),
                t -> List.of(t.get(0)
                        .batchNorm(t.get(1), t.get(2), t.get(3), t.get(4), 1e-3f, 0.1f)
                        .tanh()));
    }

    private static Map<String, HostTensor> batchNormWeights() {
        Shape two = Shape.of(2);
        return new TreeMap<>(Map.of(
                "bn.running_mean", HostTensor.ofFloats(two, 0.3f, -0.2f),
                "bn.running_var", HostTensor.ofFloats(two, 0.8f, 1.7f),
                "bn.weight", HostTensor.ofFloats(two, 1.2f, -0.7f),
                "bn.bias", HostTensor.ofFloats(two, 0.1f, 0.4f)));
    }

    /** An operand of a formula: an input where {@code name} starts with x, else a parameter or buffer. */
    private record Operand(String name, Shape shape, boolean buffer) {}

    /** The sum of a formula's results, each times fixed numbers. */
    private record Scalar(List<HostTensor> given, List<Operand> operands, Function<List<Tensor>, List<Tensor>> formula)
            implements Program {
        static Scalar of(OperationCase operation, List<HostTensor> inputs) {
            List<Operand> operands = new ArrayList<>();
            int input = 0;
            for (int i = 0; i < operation.operands().size(); i++) {
                String name = operation.canBeParameter(i) ? "w" + i : "x" + input++;
                operands.add(new Operand(name, operation.operands().get(i).shape(), false));
            }
            return new Scalar(inputs, operands, operation.formula());
        }

        @Override
        public List<Port> inputs() {
            List<Port> ports = new ArrayList<>();
            for (HostTensor input : given) {
                ports.add(OperationCase.port("x" + ports.size(), input));
            }
            return ports;
        }

        @Override
        public List<String> outputs() {
            return List.of("loss");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Map<String, Tensor> bound = new TreeMap<>();
            for (Operand operand : operands) {
                if (operand.buffer()) {
                    bound.put(operand.name(), parameters.buffer(operand.name(), operand.shape(), Initializer.ZEROS));
                } else if (!operand.name().startsWith("x")) {
                    bound.put(operand.name(), parameters.parameter(operand.name(), operand.shape(), Initializer.ZEROS));
                }
            }
            return inputs -> {
                List<Tensor> all = new ArrayList<>();
                int input = 0;
                for (Operand operand : operands) {
                    all.add(operand.name().startsWith("x") ? inputs.get(input++) : bound.get(operand.name()));
                }
                Tensor sum = parameters.algebra().scalar(0f);
                int number = 0;
                for (Tensor result : formula.apply(all)) {
                    Tensor upstream = parameters
                            .algebra()
                            .constant(random(100 + number++, result.shape().toArray()));
                    sum = sum.plus(result.times(upstream).sum(false));
                }
                return List.of(sum);
            };
        }
    }
}
