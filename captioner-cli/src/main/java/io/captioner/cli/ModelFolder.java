package io.captioner.cli;

import io.captioner.pack.ModelPackage;
import io.captioner.runtime.DefaultCaptionerFactory;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The model that a command works with. */
final class ModelFolder {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Folder of a model package; the bundled model if left out.")
    @Nullable
    Path folder;

    ModelPackage load() {
        return DefaultCaptionerFactory.model(folder);
    }
}
