package io.captioner.confidence;

/**
 * What speaks for or against a caption and can be seen without references.
 *
 * @param meanLogProbability of its words and its end, natural logarithm
 * @param leastLogProbability of its unlikeliest word
 * @param words how many
 * @param unfamiliarity of the photo, see {@link Familiarity}
 */
public record Signs(double meanLogProbability, double leastLogProbability, int words, double unfamiliarity) {
    static final int COUNT = 4;

    double get(int sign) {
        return switch (sign) {
            case 0 -> meanLogProbability;
            case 1 -> leastLogProbability;
            case 2 -> words;
            case 3 -> unfamiliarity;
            default -> throw new IndexOutOfBoundsException(sign);
        };
    }
}
