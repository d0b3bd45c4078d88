package io.captioner.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one epoch did.
 *
 * @param epoch from 1
 * @param step steps made so far, over all epochs
 * @param loss mean over the epoch's steps
 * @param crossEntropy mean negative log-probability of a word, dropout on
 * @param devLoss mean negative log-probability of a word of the dev split, dropout off; null without dev pictures
 * @param devCiderD CIDEr-D of captions that the package's search writes for dev pictures; null where none are written
 * @param devBleu4 BLEU-4 of the same captions; null where none are written
 * @param learningRate of the decoder at the last step
 * @param words predicted
 * @param seconds of the steps, evaluation not counted
 * @param best whether no earlier epoch was better by the {@linkplain DevMeasure measure} that chooses
 * @param samples captions of at most twelve dev pictures, the same in each epoch; empty where none are written
 */
public record EpochMetrics(
        int epoch,
        long step,
        double loss,
        double crossEntropy,
        @Nullable Double devLoss,
        @Nullable Double devCiderD,
        @Nullable Double devBleu4,
        double learningRate,
        long words,
        double seconds,
        boolean best,
        List<Sample> samples) {
    public EpochMetrics {
        samples = List.copyOf(samples);
    }

    /**
     * A dev picture and what the model says of it.
     *
     * @param image its file
     * @param text the caption that the search found
     * @param references what people said
     */
    public record Sample(String image, String text, List<String> references) {
        public Sample {
            references = List.copyOf(references);
        }
    }

    /** Words learned from in a second. */
    public double wordsPerSecond() {
        return words / Math.max(seconds, 1e-9);
    }
}
