package io.captioner.cli;

import io.captioner.Captioner;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model captions, or which ones together, and where. */
final class EnsembleOptions {
    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(
            names = "--ensemble",
            paramLabel = "DIR",
            split = ",",
            description =
                    "Folders of further packages of the same vocabulary that write each caption together with the model.")
    List<Path> ensemble = List.of();

    Captioner.Builder builder() {
        return model.builder().ensemble(ensemble.toArray(Path[]::new));
    }
}
