package io.captioner.metrics;

/**
 * What the caption of one image scores.
 *
 * @param id the image
 * @param caption as it was given
 * @param bleu1 see {@link Metric}; of a single image BLEU is a rough guide at best
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
        BleuCounts counts) {
    public double get(Metric metric) {
        return switch (metric) {
            case BLEU_1 -> bleu1;
            case BLEU_2 -> bleu2;
            case BLEU_3 -> bleu3;
            case BLEU_4 -> bleu4;
            case ROUGE_L -> rougeL;
            case CIDER -> cider;
            case CIDER_D -> ciderD;
        };
    }
}
