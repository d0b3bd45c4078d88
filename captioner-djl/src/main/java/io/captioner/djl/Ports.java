package io.captioner.djl;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A program's inputs and outputs. */
final class Ports {
    private Ports() {}

    static void check(Program program, List<HostTensor> inputs) {
        List<Program.Port> ports = program.inputs();
        if (inputs.size() != ports.size()) {
            throw new ShapeException("a run was given " + inputs.size() + " inputs; the program has " + ports.size()
                    + ": " + ports.stream().map(Program.Port::name).toList());
        }
        for (int i = 0; i < ports.size(); i++) {
            Program.Port port = ports.get(i);
            HostTensor input = inputs.get(i);
            if (input.type() != port.type() || !Shapes.fits(port.shape(), input.shape())) {
                throw new ShapeException(
                        "input " + port.name() + " is " + input + ": expected " + port.type() + " " + port.shape());
            }
        }
    }

    static List<Tensor> bind(DjlAlgebra algebra, List<HostTensor> inputs) {
        List<Tensor> tensors = new ArrayList<>(inputs.size());
        for (HostTensor input : inputs) {
            tensors.add(algebra.constant(input));
        }
        return tensors;
    }

    static List<HostTensor> read(Program program, List<Tensor> outputs) {
        check(program, outputs.size());
        return outputs.stream().map(Ports::read).toList();
    }

    static HostTensor read(Tensor output) {
        DjlTensor tensor = DjlTensor.of(output);
        return Transfer.read(tensor.array(), tensor.type(), tensor.shape());
    }

    static void check(Program program, int outputs) {
        if (outputs != program.outputs().size()) {
            throw new ShapeException("the program computed " + outputs + " outputs; it names " + program.outputs());
        }
    }
}
