package io.captioner.spi;

import io.captioner.Backend;
import io.captioner.Batching;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What {@link io.captioner.Captioner.Builder} gathered.
 *
 * @param backend the one wanted, or null for the preferred one installed
 * @param model folder of a package, or null for the bundled model
 * @param ensemble folders of further packages that write together with it
 * @param device where to run
 * @param threads threads of the runtime, or 0 for one a core
 * @param generation makes the default options from the package's own
 * @param batching how asynchronous calls are gathered
 */
public record CaptionerSettings(
        @Nullable Backend backend,
        @Nullable Path model,
        List<Path> ensemble,
        Device device,
        int threads,
        UnaryOperator<GenerationOptions> generation,
        Batching batching) {
    public CaptionerSettings {
        ensemble = List.copyOf(ensemble);
    }
}
