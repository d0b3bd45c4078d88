package io.captioner.train;

import org.jspecify.annotations.Nullable;

/**
 * What one epoch did.
 *
 * @param epoch from 1
 * @param step steps made so far, over all epochs
 * @param loss mean over the epoch's steps
 * @param crossEntropy mean negative log-probability of a word, dropout on
 * @param devLoss mean negative log-probability of a word of the dev split, dropout off; null without dev pictures
 * @param learningRate of the decoder at the last step
 * @param words predicted
 * @param seconds of the steps, evaluation not counted
 * @param best whether no earlier epoch had a lower dev loss
 */
public record EpochMetrics(
        int epoch,
        long step,
        double loss,
        double crossEntropy,
        @Nullable Double devLoss,
        double learningRate,
        long words,
        double seconds,
        boolean best) {
    /** Words learned from in a second. */
    public double wordsPerSecond() {
        return words / Math.max(seconds, 1e-9);
    }
}
