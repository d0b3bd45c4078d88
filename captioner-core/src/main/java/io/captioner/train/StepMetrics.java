package io.captioner.train;

/**
 * What one step did.
 *
 * @param epoch from 1
 * @param epochs of the whole training
 * @param stepOfEpoch from 1
 * @param stepsOfEpoch how many steps an epoch has
 * @param step from 1, over all epochs
 * @param loss before the update
 * @param crossEntropy mean negative log-probability of a word, of {@code loss} the part that words make
 * @param gradientNorm over all gradients, before clipping
 * @param learningRate of the decoder
 * @param words predicted in this step
 * @param seconds the step took, waiting for its batch included
 */
public record StepMetrics(
        int epoch,
        int epochs,
        int stepOfEpoch,
        int stepsOfEpoch,
        long step,
        double loss,
        double crossEntropy,
        double gradientNorm,
        double learningRate,
        long words,
        double seconds) {
    /** Words learned from in a second. */
    public double wordsPerSecond() {
        return words / Math.max(seconds, 1e-9);
    }
}
