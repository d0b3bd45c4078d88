package io.captioner.cli;

import io.captioner.baseline.PooledFeatures;
import io.captioner.pack.ModelPackage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pooled features of many pictures, with progress. */
final class Vectors {
    private Vectors() {}

    /**
     * @param model on what the encoder runs
     * @param kept where features are kept for the next time; null: nowhere
     */
    static List<float[]> of(
            List<Path> pictures, ModelPackage encoder, ModelOptions model, @Nullable Path kept, PrintWriter err) {
        Path cache = kept;
        try {
            if (cache == null) {
                cache = Files.createTempDirectory("captioner-features");
            }
            try (Progress progress = Progress.of("features", pictures.size(), err)) {
                return PooledFeatures.of(
                        pictures,
                        encoder,
                        model.provider(),
                        model.runtime.device(),
                        model.runtime.threads(),
                        cache,
                        (done, total) -> progress.stepTo(done, ""));
            } finally {
                if (kept == null) {
                    Outputs.deleteFolder(cache);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
