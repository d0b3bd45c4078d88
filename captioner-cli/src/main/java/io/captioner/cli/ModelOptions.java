package io.captioner.cli;

import io.captioner.Backend;
import io.captioner.Captioner;
import io.captioner.Device;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model runs, and where. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Folder of a model package; the bundled model if left out.")
    @Nullable Path model;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            description = "onnx or djl; the preferred one installed if left out.")
    @Nullable String backend;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:N. Default: ${DEFAULT-VALUE}.")
    String device = "cpu";

    @Option(names = "--threads", paramLabel = "T", description = "Threads of the runtime; one a core if left out.")
    @Nullable Integer threads;

    Captioner.Builder builder() {
        Captioner.Builder builder = Captioner.builder().device(Device.parse(device));
        if (backend != null) {
            builder.backend(Backend.of(backend));
        }
        if (model != null) {
            builder.model(model);
        }
        if (threads != null) {
            builder.threads(threads);
        }
        return builder;
    }
}
