package io.captioner.metrics;

import io.captioner.OptionException;
import org.jspecify.annotations.Nullable;

/**
 * What the caption of one image scores.
 *
 * @param id the image
 * @param caption as it was given
 * @param bleu1 see {@link Metric}; of a single image BLEU is a rough guide at best
 * @param meteorCounts null where METEOR was not measured
 */
public record ImageScore(
        String id,
        String caption,
        double bleu1,
        double bleu2,
        double bleu3,
        double bleu4,
        double rougeL,
        double cider,
        double ciderD,
        BleuCounts counts,
        @Nullable MeteorCounts meteorCounts) {
    /**
     * The value of a metric.
     *
     * @throws OptionException for METEOR where it was not measured
     */
    public double get(Metric metric) {
        return switch (metric) {
            case BLEU_1 -> bleu1;
            case BLEU_2 -> bleu2;
            case BLEU_3 -> bleu3;
            case BLEU_4 -> bleu4;
            case ROUGE_L -> rougeL;
            case CIDER -> cider;
            case CIDER_D -> ciderD;
            case METEOR -> meteor();
        };
    }

    private double meteor() {
        if (meteorCounts == null) {
            throw new OptionException("METEOR was not measured; name its data when captions are scored");
        }
        return meteorCounts.score();
    }
}
