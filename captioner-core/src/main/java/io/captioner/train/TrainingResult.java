package io.captioner.train;

import java.nio.file.Path;
import java.util.List;

/**
 * What a training gives.
 *
 * @param model folder of the model package
 * @param bestEpoch the epoch whose weights are in it, from 1: the best on the dev split, or the last one without dev pictures
 * @param history all epochs
 */
public record TrainingResult(Path model, int bestEpoch, List<EpochMetrics> history) {
    public TrainingResult {
        history = List.copyOf(history);
    }

    /** The metrics of the best epoch. */
    public EpochMetrics best() {
        return history.get(bestEpoch - 1);
    }
}
