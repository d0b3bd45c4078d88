package io.captioner.train;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a training stands between two steps: with weights and optimiser state all that it needs to go on.
 *
 * @param epoch finished epochs
 * @param stepOfEpoch finished steps of the epoch under way
 * @param step finished steps over all epochs
 * @param plateau what the schedule remembers
 * @param running sums over the epoch under way
 * @param best the best epoch so far, null before the first evaluation
 * @param history the finished epochs
 */
record TrainingState(
        int epoch,
        int stepOfEpoch,
        long step,
        Schedule.PlateauState plateau,
        Running running,
        @Nullable Best best,
        List<EpochMetrics> history) {
    static final TrainingState START =
            new TrainingState(0, 0, 0, Schedule.PlateauState.START, Running.NONE, null, List.of());

    TrainingState {
        history = List.copyOf(history);
    }

    TrainingState afterStep(StepMetrics metrics) {
        return new TrainingState(epoch, stepOfEpoch + 1, step + 1, plateau, running.plus(metrics), best, history);
    }

    TrainingState afterEpoch(EpochMetrics metrics, Schedule.PlateauState nextPlateau, @Nullable Best nextBest) {
        List<EpochMetrics> longer = new ArrayList<>(history);
        longer.add(metrics);
        return new TrainingState(epoch + 1, 0, step, nextPlateau, Running.NONE, nextBest, longer);
    }

    /** From 1; the last one where nothing chooses. */
    int bestEpoch() {
        return best == null ? epoch : best.epoch;
    }

    /** Epochs in a row, up to now, that were no better than the best. */
    int epochsWithoutProgress() {
        return best == null ? 0 : epoch - best.epoch;
    }

    /**
     * The best epoch.
     *
     * @param epoch from 1
     * @param score the higher, the better: its dev loss negated, or its CIDEr-D
     * @param file name of its weights among the checkpoints
     */
    record Best(int epoch, double score, String file) {}

    /** Sums over steps; {@code crossEntropy} is weighted with the words. */
    record Running(int steps, double loss, double crossEntropy, long words, double learningRate, double seconds) {
        static final Running NONE = new Running(0, 0, 0, 0, 0, 0);

        Running plus(StepMetrics metrics) {
            return new Running(
                    steps + 1,
                    loss + metrics.loss(),
                    crossEntropy + metrics.crossEntropy() * metrics.words(),
                    words + metrics.words(),
                    metrics.learningRate(),
                    seconds + metrics.seconds());
        }

        double meanLoss() {
            return loss / Math.max(1, steps);
        }

        double meanCrossEntropy() {
            return crossEntropy / Math.max(1, words);
        }
    }
}
