package io.captioner.nn;

import java.util.List;

/**
 * A compiled {@link Program} that owns native memory. Calls from several threads at once are allowed; {@link #close} waits for
 * running ones, and may be called twice.
 */
public interface Executable extends AutoCloseable {
    /**
     * Computes the outputs of these inputs.
     *
     * @param inputs one for each port of the program, in order
     * @return one for each output of the program, in order
     * @throws io.captioner.BackendException when the runtime fails, or this is closed
     * @throws ShapeException when an input does not fit its port
     */
    List<HostTensor> run(List<HostTensor> inputs);

    @Override
    void close();
}
