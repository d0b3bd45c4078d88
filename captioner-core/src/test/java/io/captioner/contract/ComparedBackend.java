package io.captioner.contract;

import io.captioner.Device;
import io.captioner.contract.OperationCase.Formula;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What the parts of {@link BackendContract} share: the backend, and how its results are compared. */
abstract class ComparedBackend {
    /** The backend under test. */
    protected abstract BackendProvider backend();

    /** Relative and absolute tolerance of single operations. */
    protected double tolerance() {
        return 1e-5;
    }

    void close(HostTensor actual, HostTensor expected, String what) {
        Fixtures.assertClose(actual, expected, tolerance(), tolerance(), what);
    }

    static List<HostTensor> run(
            BackendProvider backend,
            List<Port> ports,
            Map<String, HostTensor> weights,
            Function<List<Tensor>, List<Tensor>> formula,
            List<HostTensor> inputs) {
        int[] results = {0};
        run(
                new ReferenceBackend(),
                new Formula(ports, weights, 0, x -> {
                    List<Tensor> outputs = quietly(formula, x);
                    results[0] = outputs.size();
                    return List.of();
                }),
                weights,
                inputs);
        return run(backend, new Formula(ports, weights, results[0], formula), weights, inputs);
    }

    /** How many results there are; a formula that fails is tried for its failure later. */
    private static List<Tensor> quietly(Function<List<Tensor>, List<Tensor>> formula, List<Tensor> x) {
        try {
            return formula.apply(x);
        } catch (ShapeException wrong) {
            return x.subList(0, 1);
        }
    }

    static List<HostTensor> run(
            BackendProvider backend, Program program, Map<String, HostTensor> weights, List<HostTensor> inputs) {
        try (Executable executable = backend.compile(program, new Stored(weights), Device.cpu(), 1)) {
            return executable.run(inputs);
        }
    }
}
