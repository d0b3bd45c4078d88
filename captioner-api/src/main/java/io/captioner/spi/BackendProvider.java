package io.captioner.spi;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;

/**
 * A backend, found by {@link java.util.ServiceLoader}; thread-safe. It interprets the {@linkplain io.captioner.nn.Tensor algebra}; models, search,
 * images and text come from {@code captioner-core}.
 */
public interface BackendProvider {
    /** The name by which users choose it. */
    Backend backend();

    /** What stands behind the name, for messages: for example {@code ONNX Runtime 1.28.0}. Must not load natives. */
    String description();

    /**
     * Loads what any program needs, such as native libraries, so that it can be done beside the reading of a model. It is no error to leave
     * it out, or to call it again; what fails here fails in {@link #compile}, too, which is whom callers believe. Default: does nothing.
     */
    default void prepare() {}

    /**
     * Makes a program ready to run. The weights are read here and not kept referenced afterwards.
     *
     * @param program what to run
     * @param weights every parameter of the program must be in it
     * @param device where it is to run
     * @param threads for the runtime, 0 for one a core
     * @throws io.captioner.BackendException when the device is not there, with the cure
     * @throws io.captioner.ModelException when a parameter is missing or has another shape
     */
    Executable compile(Program program, WeightSource weights, Device device, int threads);
}
