package io.captioner.examples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.captioner.spi.ModelProvider;
import java.io.IOException;
import java.io.InputStream;
import java.util.ServiceLoader;

/** Whether there is a default model on the class path. */
final class BundledModel {
    private BundledModel() {}

    static boolean present() {
        return ServiceLoader.load(ModelProvider.class)
                .findFirst()
                .filter(BundledModel::opens)
                .isPresent();
    }

    /** Skips the test where there is none. */
    static void assume() {
        assumeTrue(present(), "no default model is on the class path");
    }

    private static boolean opens(ModelProvider provider) {
        try (InputStream stream = provider.open("captioner.json")) {
            return stream.read() >= 0;
        } catch (IOException absent) {
            return false;
        }
    }
}
