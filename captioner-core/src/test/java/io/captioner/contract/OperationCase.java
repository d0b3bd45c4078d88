package io.captioner.contract;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * One use of an operation: a formula and operands for it.
 *
 * @param differentiable whether all results have gradients with respect to all FLOAT32 operands
 */
record OperationCase(
        String name, Function<List<Tensor>, List<Tensor>> formula, List<HostTensor> operands, boolean differentiable) {

    /** A program of a formula: inputs first, then parameters; results are named 0, 1, ... */
    record Formula(
            List<Port> inputs,
            Map<String, HostTensor> parameters,
            int results,
            Function<List<Tensor>, List<Tensor>> formula)
            implements Program {
        @Override
        public List<String> outputs() {
            return IntStream.range(0, results).mapToObj(i -> "result" + i).toList();
        }

        @Override
        public Computation bind(Parameters source) {
            List<Tensor> bound = parameters.entrySet().stream()
                    .map(entry ->
                            source.parameter(entry.getKey(), entry.getValue().shape(), Initializer.ZEROS))
                    .toList();
            return tensors -> {
                List<Tensor> all = new ArrayList<>(tensors);
                all.addAll(bound);
                return formula.apply(all);
            };
        }
    }

    /** Weights in memory. */
    record Stored(Map<String, HostTensor> tensors) implements WeightSource {
        @Override
        public Set<String> names() {
            return tensors.keySet();
        }

        @Override
        public Shape shape(String name) {
            return read(name).shape();
        }

        @Override
        public HostTensor read(String name) {
            HostTensor tensor = tensors.get(name);
            if (tensor == null) {
                throw new IllegalStateException(name + " was read although it is not there");
            }
            return tensor;
        }
    }

    static Program.Port port(String name, HostTensor like) {
        return new Program.Port(name, like.type(), like.shape());
    }

    /** Operands that can be parameters: FLOAT32 after the first. */
    boolean canBeParameter(int operand) {
        return operand > 0 && operands.get(operand).type() == DType.FLOAT32;
    }
}
