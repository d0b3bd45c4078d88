package io.captioner.cli;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.runtime.Backends;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model runs, and where. */
final class ModelOptions {
    /** How one who runs a jar, and has no build to add a dependency to, comes to DJL. */
    static final String DJL_CURE =
            "lay captioner-djl.jar beside captioner.jar, or run captioner-full.jar (mvn -Pfull package makes both)";

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Folder of a model package; the bundled model if left out.")
    @Nullable
    Path model;

    @Option(
            names = "--ensemble",
            paramLabel = "DIR",
            split = ",",
            description =
                    "Folders of further packages of the same vocabulary that write each caption together with the model.")
    List<Path> ensemble = List.of();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "onnx or djl; the preferred one installed if left out.")
    @Nullable
    String backend;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:N. Default: ${DEFAULT-VALUE}.")
    String device = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Threads of the runtime, 1 to 1024; one a core if left out.")
    @Nullable
    Integer threads;

    Captioner.Builder builder() {
        Captioner.Builder builder = Captioner.builder().device(Device.parse(device));
        if (backend != null) {
            builder.backend(installed(Backend.of(backend)));
        }
        if (model != null) {
            builder.model(model);
        }
        builder.ensemble(ensemble.toArray(Path[]::new));
        if (threads != null) {
            builder.threads(threads);
        }
        return builder;
    }

    private static Backend installed(Backend wanted) {
        if (wanted.equals(Backend.DJL) && !isInstalled(wanted)) {
            throw new BackendException("backend \"djl\" is not installed; " + DJL_CURE);
        }
        return wanted;
    }

    static boolean isInstalled(Backend backend) {
        return Backends.installed().stream()
                .anyMatch(provider -> provider.backend().equals(backend));
    }
}
