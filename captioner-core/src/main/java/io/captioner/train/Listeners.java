package io.captioner.train;

import java.nio.file.Path;
import java.util.List;

/** Several listeners as one, called in order. */
record Listeners(List<TrainingListener> all) implements TrainingListener {
    @Override
    public void onStart(Start start) {
        all.forEach(listener -> listener.onStart(start));
    }

    @Override
    public void onFeatures(int done, int total) {
        all.forEach(listener -> listener.onFeatures(done, total));
    }

    @Override
    public void onReward(RewardMetrics rewards) {
        all.forEach(listener -> listener.onReward(rewards));
    }

    @Override
    public void onStep(StepMetrics step) {
        all.forEach(listener -> listener.onStep(step));
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        all.forEach(listener -> listener.onEpoch(epoch));
    }

    @Override
    public void onCheckpoint(Path checkpoint) {
        all.forEach(listener -> listener.onCheckpoint(checkpoint));
    }

    @Override
    public void onEnd(TrainingResult result) {
        all.forEach(listener -> listener.onEnd(result));
    }
}
