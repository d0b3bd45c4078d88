package io.captioner.cli;

import io.captioner.GenerationOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How captions are drawn; what is left out is the model's own. */
final class SamplingOptions {
    @Option(
            names = "--samples",
            paramLabel = "N",
            description =
                    "Draws N captions, up to 64, instead of searching; the best comes first, the others are alternatives.")
    @Nullable
    Integer samples;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Of the drawing, and of a variational model's latents: equal seeds, equal captions.")
    @Nullable
    Long seed;

    @Option(
            names = "--temperature",
            paramLabel = "T",
            description = "Of the drawing; below 1 the likely is drawn more often.")
    @Nullable
    Double temperature;

    @Option(names = "--top-k", paramLabel = "K", description = "Draws from the K likeliest words; 0 for all.")
    @Nullable
    Integer topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            description = "Draws from the fewest likeliest words whose probabilities reach P, above 0 to 1.")
    @Nullable
    Double topP;

    /**
     * These options over those of a search.
     *
     * @param beamGiven whether the command line names a beam width; else sampling puts the model's own aside
     */
    GenerationOptions over(GenerationOptions search, boolean beamGiven) {
        GenerationOptions.Builder builder = search.toBuilder();
        if (samples != null) {
            builder.samples(samples);
            if (samples > 0 && !beamGiven) {
                builder.beamWidth(1).alternatives(0);
            }
        }
        if (seed != null) {
            builder.seed(seed);
        }
        if (temperature != null) {
            builder.temperature(temperature);
        }
        if (topK != null) {
            builder.topK(topK);
        }
        if (topP != null) {
            builder.topP(topP);
        }
        return builder.build();
    }
}
