package io.captioner.cli;

import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Captioner;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.Backends;
import io.captioner.spi.BackendProvider;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model runs, and where. */
final class ModelOptions {
    /** How one who runs a jar, and has no build to add a dependency to, comes to DJL. */
    static final String DJL_CURE =
            "lay captioner-djl.jar beside captioner.jar, or run captioner-full.jar (mvn -Pfull package makes both)";

    @Mixin
    ModelFolder model = new ModelFolder();

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "onnx or djl; the preferred one installed if left out.")
    @Nullable
    String backend;

    @Mixin
    RuntimeOptions runtime = new RuntimeOptions();

    ModelPackage load() {
        return model.load();
    }

    /** @throws BackendException where it is not installed */
    BackendProvider provider() {
        return Backends.find(wanted());
    }

    Captioner.Builder builder() {
        Captioner.Builder builder = Captioner.builder().device(runtime.device());
        Backend wanted = wanted();
        if (wanted != null) {
            builder.backend(wanted);
        }
        if (model.folder != null) {
            builder.model(model.folder);
        }
        int threads = runtime.threads();
        return threads == 0 ? builder : builder.threads(threads);
    }

    private @Nullable Backend wanted() {
        if (backend == null) {
            return null;
        }
        Backend wanted = Backend.of(backend);
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
