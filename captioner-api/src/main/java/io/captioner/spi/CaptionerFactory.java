package io.captioner.spi;

import io.captioner.Captioner;

/** Assembles a captioner from its settings. Implemented once, by {@code captioner-core}, which every backend brings along. */
public interface CaptionerFactory {
    /**
     * Finds the backend and the model, and loads them.
     *
     * @throws io.captioner.BackendException when the backend or device is not there
     * @throws io.captioner.ModelException when a model package is missing or damaged, or those of an ensemble do not go together
     * @throws io.captioner.OptionException when an option does not fit the model
     */
    Captioner create(CaptionerSettings settings);
}
