package io.captioner.train;

import io.captioner.spi.ArchitectureProvider;
import java.util.Map;

/** Lets packages of the tests be saved. */
public final class TinyArchitectures implements ArchitectureProvider {
    @Override
    public Map<String, Class<? extends Record>> architectures() {
        return Map.of("test.TinyEncoder", TinyEncoder.class);
    }
}
