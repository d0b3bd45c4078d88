package io.captioner.train;

/** A training that breaks after a step, with the message "crash". */
record CrashAt(long step) implements TrainingListener {
    @Override
    public void onStep(StepMetrics metrics) {
        if (metrics.step() == step) {
            throw new IllegalStateException("crash");
        }
    }
}
