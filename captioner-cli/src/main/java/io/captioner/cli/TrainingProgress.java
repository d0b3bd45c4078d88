package io.captioner.cli;

import io.captioner.train.EpochMetrics;
import io.captioner.train.StepMetrics;
import io.captioner.train.TrainingListener;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;

/** A bar for the features, a bar for each epoch, and a line after it; all on standard error. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    private @Nullable ProgressBar bar;

    @Override
    public void onFeatures(int done, int total) {
        bar("features", total).stepTo(done);
        if (done == total) {
            close();
        }
    }

    @Override
    public void onStep(StepMetrics step) {
        ProgressBar current = bar("epoch " + step.epoch() + "/" + step.epochs(), step.stepsOfEpoch());
        current.stepTo(step.stepOfEpoch());
        current.setExtraMessage(String.format(
                Locale.ROOT, "loss %.3f, %.0f words/s", step.crossEntropy(), step.wordsPerSecond()));
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        close();
        String dev = epoch.devLoss() == null ? "" : String.format(Locale.ROOT, ", dev %.4f", epoch.devLoss());
        System.err.printf(
                Locale.ROOT,
                "epoch %d: loss %.4f%s%s, %.0f s%n",
                epoch.epoch(),
                epoch.crossEntropy(),
                dev,
                epoch.best() ? " (best)" : "",
                epoch.seconds());
    }

    private ProgressBar bar(String task, int total) {
        if (bar == null) {
            bar = Progress.bar(task, total);
        }
        return bar;
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
