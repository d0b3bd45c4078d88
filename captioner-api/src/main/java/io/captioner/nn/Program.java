package io.captioner.nn;

import java.util.List;

/**
 * A computation written over the algebra, with its inputs and outputs named: a whole captioner, an encoder alone, a loss. A backend
 * {@linkplain io.captioner.spi.BackendProvider#compile compiles} it. Implementations are immutable.
 */
public interface Program {
    /** The inputs in order; unknown extents are those that differ from call to call. */
    List<Port> inputs();

    /** Names of the outputs in order. */
    List<String> outputs();

    /** Binds the parameters once; what depends on parameters alone should be computed here. */
    Computation bind(Parameters parameters);

    /** The computation with its parameters. */
    @FunctionalInterface
    interface Computation {
        /** @param inputs one tensor for each port; returns one for each output name */
        List<Tensor> run(List<Tensor> inputs);
    }

    /**
     * An input.
     *
     * @param name under which a graph has it, and messages name it
     * @param type of its elements
     * @param shape that a value must have; {@link Shape#UNKNOWN} where any extent will do
     */
    record Port(String name, DType type, Shape shape) {}
}
