package io.captioner.examples;

import io.captioner.spi.ArchitectureProvider;
import java.util.Map;

/** Tells the loader of model packages about the architectures of these examples; named in {@code META-INF/services}. */
public final class ExampleArchitectures implements ArchitectureProvider {
    @Override
    public Map<String, Class<? extends Record>> architectures() {
        return Map.of(
                "io.captioner.examples.ShapeEncoder", ShapeEncoder.class,
                "io.captioner.examples.RowEncoder", RowEncoder.class,
                "io.captioner.examples.CosineAttention", CosineAttention.class);
    }
}
