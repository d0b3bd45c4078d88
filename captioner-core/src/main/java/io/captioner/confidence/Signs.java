package io.captioner.confidence;

import io.captioner.Caption;
import java.util.List;

/**
 * What speaks for or against a caption and can be seen without references.
 *
 * @param meanLogProbability of its words, natural logarithm; 0 for a caption without words
 * @param leastLogProbability of its unlikeliest word
 * @param words how many
 * @param unfamiliarity of the photo, see {@link Familiarity}
 */
public record Signs(double meanLogProbability, double leastLogProbability, int words, double unfamiliarity) {
    static final int COUNT = 4;

    /**
     * Of a caption and its photo.
     *
     * @param words of the caption
     */
    public static Signs of(List<Caption.Word> words, double unfamiliarity) {
        double sum = 0;
        double least = 0;
        for (Caption.Word word : words) {
            sum += word.logProbability();
            least = Math.min(least, word.logProbability());
        }
        return new Signs(words.isEmpty() ? 0 : sum / words.size(), least, words.size(), unfamiliarity);
    }

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
