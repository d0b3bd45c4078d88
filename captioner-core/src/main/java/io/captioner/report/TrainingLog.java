package io.captioner.report;

import io.captioner.train.EpochMetrics;
import io.captioner.train.StepMetrics;
import io.captioner.train.TrainingListener.Start;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a training said so far. */
final class TrainingLog {
    /** Points of the loss curve within an epoch. */
    private static final int POINTS = 25;

    private final Start start;
    private final List<EpochMetrics> epochs;
    private final List<Chart.Point> steps = new ArrayList<>();
    private double sum;
    private long words;
    private boolean finished;

    TrainingLog(Start start) {
        this.start = start;
        this.epochs = new ArrayList<>(start.history());
    }

    void add(StepMetrics step) {
        sum += step.crossEntropy() * step.words();
        words += step.words();
        int each = Math.max(1, step.stepsOfEpoch() / POINTS);
        if (step.stepOfEpoch() % each == 0 && words > 0) {
            double epoch = step.epoch() - 1 + (step.stepOfEpoch() - each / 2d) / step.stepsOfEpoch();
            steps.add(new Chart.Point(epoch, sum / words));
            sum = 0;
            words = 0;
        }
    }

    void add(EpochMetrics epoch) {
        epochs.add(epoch);
    }

    void finish() {
        finished = true;
    }

    Start start() {
        return start;
    }

    List<EpochMetrics> epochs() {
        return epochs;
    }

    /** Mean cross entropy of some steps, over epochs. */
    List<Chart.Point> steps() {
        return steps;
    }

    boolean isFinished() {
        return finished;
    }

    EpochMetrics last() {
        return epochs.get(epochs.size() - 1);
    }

    /** The epoch whose weights are kept. */
    Optional<EpochMetrics> best() {
        return epochs.stream().filter(EpochMetrics::best).max(Comparator.comparingInt(EpochMetrics::epoch));
    }

    /** The epoch of the lowest dev loss. */
    Optional<EpochMetrics> lowest() {
        return epochs.stream()
                .filter(epoch -> epoch.devLoss() != null)
                .min(Comparator.comparingDouble(TrainingLog::devLoss));
    }

    static double devLoss(EpochMetrics epoch) {
        return epoch.devLoss() == null ? Double.NaN : epoch.devLoss();
    }

    double seconds() {
        return epochs.stream().mapToDouble(EpochMetrics::seconds).sum();
    }
}
