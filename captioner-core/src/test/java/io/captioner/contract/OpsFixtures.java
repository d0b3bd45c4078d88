package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.spi.BackendProvider;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Single operations against PyTorch: values on every backend, gradients on one that trains. A backend's test extends this. */
public abstract class OpsFixtures {
    /** The backend under test. */
    protected abstract BackendProvider backend();

    @TestFactory
    Stream<DynamicTest> values() {
        return Fixtures.names("ops").stream()
                .filter(OpsFixtures::isOperation)
                .filter(name -> !name.startsWith("batch_norm_train"))
                .map(name -> dynamicTest(name, () -> {
                    OpsProgram program = new OpsProgram(Fixtures.load("ops", name), false);
                    try (Executable executable =
                            backend().compile(program, new Stored(program.weights()), Device.cpu(), 1)) {
                        program.assertOutputs(executable.run(program.operands()));
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> gradients() {
        BackendProvider backend = backend();
        Assumptions.assumeTrue(backend instanceof TrainingBackend, "skipped: this backend computes no gradients");
        TrainingBackend training = (TrainingBackend) backend;
        return Fixtures.names("ops").stream()
                .filter(OpsFixtures::isOperation)
                .map(name -> dynamicTest(name, () -> {
                    OpsProgram program = new OpsProgram(Fixtures.load("ops", name), true);
                    boolean statistics = name.startsWith("batch_norm");
                    boolean batch = name.startsWith("batch_norm_train");
                    TrainingBackend.Settings settings =
                            new TrainingBackend.Settings(Optimizer.sgd(0), GradientClip.none(), parameter -> true, 1);
                    Assumptions.assumeTrue(
                            !statistics || batch,
                            "skipped: gradients of an unfrozen batch norm are those of its training form");
                    try (TrainingSession session =
                            training.train(program, new Stored(program.weights()), settings, Device.cpu(), 1)) {
                        program.assertGradients(session.gradients(program.operands()));
                        if (batch) {
                            program.assertOutputs(session.step(program.operands(), parameter -> 0, 1)
                                    .outputs());
                            program.assertStatistics(session.weights());
                        }
                    }
                }));
    }

    /** Tables of positions are no operation: a model computes them in plain Java. */
    private static boolean isOperation(String name) {
        return !name.startsWith("sinusoid");
    }

    /** One case as a program: in.* are inputs (running statistics are buffers), param.* parameters, out.* outputs. */
    private static final class OpsProgram implements Program {
        private final Fixtures.Case fixture;
        private final boolean withLoss;
        private final List<String> inputs = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();
        private final Map<String, HostTensor> weights = new TreeMap<>(); // by key

        OpsProgram(Fixtures.Case fixture, boolean withLoss) {
            this.fixture = fixture;
            this.withLoss = withLoss;
            for (String key : fixture.tensors().keySet()) {
                if (key.startsWith("param.") || key.startsWith("in.running_")) {
                    weights.put(key, fixture.tensor(key));
                } else if (key.startsWith("in.") && !key.startsWith("in.upstream.")) {
                    inputs.add(key);
                } else if (key.startsWith("out.") && !key.startsWith("out.running_")) {
                    outputs.add(key);
                }
            }
        }

        private static String last(String key) {
            return key.substring(key.indexOf('.') + 1);
        }

        Map<String, HostTensor> weights() {
            Map<String, HostTensor> named = new TreeMap<>();
            weights.forEach((key, tensor) -> named.put(last(key), tensor));
            return named;
        }

        List<HostTensor> operands() {
            return inputs.stream().map(fixture::tensor).toList();
        }

        @Override
        public List<Port> inputs() {
            return inputs.stream()
                    .map(key -> OperationCase.port(last(key), fixture.tensor(key)))
                    .toList();
        }

        @Override
        public List<String> outputs() {
            List<String> names = new ArrayList<>(outputs);
            if (withLoss) {
                names.add(0, "scalar");
            }
            return names;
        }

        @Override
        public Computation bind(Parameters parameters) {
            Map<String, Tensor> bound = new HashMap<>();
            weights.forEach((key, tensor) -> bound.put(
                    key,
                    key.startsWith("in.")
                            ? parameters.buffer(last(key), tensor.shape(), Initializer.ZEROS)
                            : parameters.parameter(last(key), tensor.shape(), Initializer.ZEROS)));
            return given -> {
                Map<String, Tensor> operands = new HashMap<>(bound);
                for (int i = 0; i < inputs.size(); i++) {
                    operands.put(inputs.get(i), given.get(i));
                }
                Map<String, Tensor> made = OpsFormulas.apply(fixture, operands::get);
                List<Tensor> results = new ArrayList<>();
                for (String key : outputs) {
                    results.add(made.get(last(key)));
                }
                if (withLoss) {
                    results.add(0, made.containsKey("loss") ? made.get("loss") : scalar(made, parameters));
                }
                return results;
            };
        }

        /** Sum of out.k * in.upstream.k. */
        private Tensor scalar(Map<String, Tensor> made, Parameters parameters) {
            Tensor sum = parameters.algebra().scalar(0f);
            for (String key : outputs) {
                Tensor upstream = parameters.algebra().constant(fixture.tensor("in.upstream." + last(key)));
                sum = sum.plus(made.get(last(key)).times(upstream).sum(false));
            }
            return sum;
        }

        void assertOutputs(List<HostTensor> results) {
            assertThat(results).hasSize(outputs.size());
            for (int i = 0; i < results.size(); i++) {
                fixture.assertClose(results.get(i), outputs.get(i));
            }
        }

        void assertStatistics(Map<String, HostTensor> after) {
            fixture.assertClose(after.get("running_mean"), "out.running_mean");
            fixture.assertClose(after.get("running_var"), "out.running_var");
        }

        void assertGradients(Map<String, HostTensor> gradients) {
            List<String> keys = fixture.tensors().keySet().stream()
                    .filter(key -> key.startsWith("grad."))
                    .toList();
            assertThat(keys).isNotEmpty();
            for (String key : keys) {
                String name = key.startsWith("grad.in.") ? key.substring("grad.in.".length()) : last(key);
                HostTensor gradient = gradients.get(name);
                assertThat(gradient)
                        .as("gradient of " + name + ", of " + gradients.keySet())
                        .isNotNull();
                HostTensor expected = fixture.tensor(key);
                if (fixture.name().equals("embedding_padding_idx0")) { // the algebra has no row without a gradient
                    gradient = withoutFirstRow(gradient);
                    expected = withoutFirstRow(expected);
                }
                Fixtures.assertClose(gradient, expected, fixture.atol(), fixture.rtol(), fixture + " " + key);
            }
        }

        private static HostTensor withoutFirstRow(HostTensor table) {
            int rows = (int) table.shape().dim(0);
            int bytes = table.bytes().limit();
            Shape rest = table.shape().with(0, rows - 1);
            return HostTensor.of(DType.FLOAT32, rest, table.bytes().slice(bytes / rows, bytes - bytes / rows));
        }
    }
}
