package io.captioner.metrics;

/**
 * What BLEU counts; counts of images add up to those of a corpus.
 *
 * @param length words of the caption
 * @param referenceLength words of the reference closest to it in length, the shorter of two equally close
 * @param matches1 words that are also in a reference, each as often at most as in the reference that has it most often
 * @param matches2 the same of two words in a row; so on up to four
 */
public record BleuCounts(int length, int referenceLength, int matches1, int matches2, int matches3, int matches4) {
    // coco-caption's constants: an image without a match scores a tiny number, not 0.
    private static final double TINY = 1e-15;
    private static final double SMALL = 1e-9;

    // Where sums are: lengths, then matches and n-grams of each order.
    private static final int LENGTH = 0;
    private static final int REFERENCE = 1;
    private static final int MATCHES = 1; // 2 to 5
    private static final int GUESSES = 5; // 6 to 9
    static final int SUMS = 10;

    /** BLEU up to this order, 1 to 4, of counts that {@link #addTo} added up. */
    static double bleu(int order, double[] sums) {
        double product = 1;
        for (int n = 1; n <= order; n++) {
            // p_n = (matches + 1e-15) / (n-grams + 1e-9)
            product *= (sums[MATCHES + n] + TINY) / (sums[GUESSES + n] + SMALL);
        }
        double bleu = Math.pow(product, 1.0 / order);
        // brevity = min(1, exp(1 - r / c))
        double ratio = (sums[LENGTH] + TINY) / (sums[REFERENCE] + SMALL);
        return ratio < 1 ? bleu * Math.exp(1 - 1 / ratio) : bleu;
    }

    /** BLEU of this caption alone, order 1 to 4. */
    double bleu(int order) {
        double[] sums = new double[SUMS];
        addTo(sums, 0);
        return bleu(order, sums);
    }

    /** Adds to {@link #SUMS} numbers that begin there. */
    void addTo(double[] sums, int at) {
        sums[at + LENGTH] += length;
        sums[at + REFERENCE] += referenceLength;
        for (int n = 1; n <= 4; n++) {
            sums[at + MATCHES + n] += matches(n);
            sums[at + GUESSES + n] += guesses(n);
        }
    }

    /** Matches of {@code n} words in a row, 1 to 4. */
    public int matches(int n) {
        return switch (n) {
            case 1 -> matches1;
            case 2 -> matches2;
            case 3 -> matches3;
            case 4 -> matches4;
            default -> throw new IllegalArgumentException("n is " + n + "; it must be 1 to 4");
        };
    }

    /** How many times {@code n} words in a row the caption has, 1 to 4. */
    public int guesses(int n) {
        return Math.max(0, length - n + 1);
    }
}
