package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Tensor;
import io.captioner.spi.BackendProvider;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
@FixtureGroup("ops")
public abstract class OpsFixtures {
    /** The backend under test. */
    protected abstract BackendProvider backend();

    @TestFactory
    Stream<DynamicTest> values() {
        return Fixtures.names("ops").stream()
                .filter(name -> !name.startsWith("batch_norm_train")) // below: it is a training step
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
                .map(name -> Fixtures.load("ops", name))
                .filter(fixture -> fixture.tensors().keySet().stream().anyMatch(key -> key.startsWith("grad.")))
                .map(fixture -> dynamicTest(fixture.name(), () -> {
                    String name = fixture.name();
                    OpsProgram program = new OpsProgram(fixture, true);
                    boolean batch = name.startsWith("batch_norm_train");
                    TrainingBackend.Settings settings =
                            new TrainingBackend.Settings(Optimizer.sgd(0), GradientClip.none(), parameter -> true, 1);
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

    /**
     * One case as a program: in.* are inputs (running statistics are buffers), param.* parameters, out.* outputs. What PyTorch does not
     * learn is a buffer here: running statistics that do not move have a scope without learned weights, and a padding row stands above
     * the rows that are learned.
     */
    private static final class OpsProgram implements Program {
        private final Fixtures.Case fixture;
        private final boolean withLoss;
        private final List<String> inputs = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();
        private final Map<String, HostTensor> weights = new TreeMap<>(); // by key

        OpsProgram(Fixtures.Case fixture, boolean withLoss) {
            this.fixture = fixture;
            this.withLoss = withLoss;
            if (fixture.hyper().has("padding_idx")
                    && !fixture.hyper().get("padding_idx").isJsonNull()) {
                HostTensor table = fixture.tensor("param.weight");
                assertThat(fixture.hyper().get("padding_idx").getAsInt()).isZero();
                weights.put("in.padding.weight", rows(table, 0, 1));
                weights.put("param.weight", rows(table, 1, (int) table.shape().dim(0)));
            }
            for (String key : fixture.tensors().keySet()) {
                if (weights.containsKey(key)) {
                    continue;
                }
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

        /** The name of a weight. */
        private String named(String key) {
            boolean still = fixture.name().startsWith("batch_norm_eval") && key.startsWith("in.running_");
            return still ? "frozen." + last(key) : last(key);
        }

        Map<String, HostTensor> weights() {
            Map<String, HostTensor> named = new TreeMap<>();
            weights.forEach((key, tensor) -> named.put(named(key), tensor));
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
                            ? parameters.buffer(named(key), tensor.shape(), Initializer.ZEROS)
                            : parameters.parameter(named(key), tensor.shape(), Initializer.ZEROS)));
            return given -> {
                Map<String, Tensor> operands = new HashMap<>(bound);
                for (int i = 0; i < inputs.size(); i++) {
                    operands.put(inputs.get(i), given.get(i));
                }
                if (operands.containsKey("in.padding.weight")) {
                    operands.put(
                            "param.weight",
                            parameters
                                    .algebra()
                                    .concat(
                                            0,
                                            List.of(operands.get("in.padding.weight"), operands.get("param.weight"))));
                }
                Map<String, Tensor> made = OpsFormulas.apply(fixture, parameters.algebra(), operands::get);
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
                if (weights.containsKey("in.padding.weight")) {
                    assertThat(gradients).as("no gradient of the padding row").doesNotContainKey("padding.weight");
                    assertThat(rows(expected, 0, 1).toFloatArray()).containsOnly(0f);
                    expected = rows(expected, 1, (int) expected.shape().dim(0));
                }
                Fixtures.assertClose(gradient, expected, fixture.atol(), fixture.rtol(), fixture + " " + key);
            }
        }

        private static HostTensor rows(HostTensor table, int from, int to) {
            int row = table.bytes().limit() / (int) table.shape().dim(0);
            ByteBuffer bytes =
                    table.bytes().slice(from * row, (to - from) * row).order(ByteOrder.LITTLE_ENDIAN);
            return HostTensor.of(DType.FLOAT32, table.shape().with(0, to - from), bytes);
        }
    }
}
