package io.captioner.spi;

import io.captioner.Captioner;

/** Assembles a captioner from its settings. Implemented once, by {@code captioner-core}, which every backend brings along. */
public interface CaptionerFactory {
    Captioner create(CaptionerSettings settings);
}
