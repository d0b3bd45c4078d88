package io.captioner.cli;

import io.captioner.train.EpochMetrics;
import io.captioner.train.StepMetrics;
import io.captioner.train.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A bar for the features, a bar for each epoch, and a line after it; all on standard error. */
final class TrainingProgress implements TrainingListener, AutoCloseable {
    private final PrintWriter err;
    private @Nullable Progress bar;

    TrainingProgress(PrintWriter err) {
        this.err = err;
    }

    @Override
    public void onStart(Start start) {
        close();
        line(String.format(
                Locale.ROOT,
                "%d pictures with %d captions, %d for choosing the best epoch; %d words; %d epochs of %d steps%s",
                start.images(),
                start.captions(),
                start.devImages(),
                start.vocabulary(),
                start.epochs(),
                start.stepsOfEpoch(),
                start.step() == 0 ? "" : ", from step " + start.step()));
    }

    @Override
    public void onFeatures(int done, int total) {
        bar("features", total).stepTo(done, "");
        if (done == total) {
            close();
        }
    }

    @Override
    public void onStep(StepMetrics step) {
        bar("epoch " + step.epoch() + "/" + step.epochs(), step.stepsOfEpoch())
                .stepTo(
                        step.stepOfEpoch(),
                        String.format(
                                Locale.ROOT, "loss %.3f, %.0f words/s", step.crossEntropy(), step.wordsPerSecond()));
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        close();
        String dev = epoch.devLoss() == null ? "" : String.format(Locale.ROOT, ", dev %.4f", epoch.devLoss());
        line(String.format(
                Locale.ROOT,
                "epoch %d: loss %.4f%s%s, %.0f s",
                epoch.epoch(),
                epoch.crossEntropy(),
                dev,
                epoch.best() ? " (best)" : "",
                epoch.seconds()));
    }

    private void line(String text) {
        err.println(text);
        err.flush();
    }

    private Progress bar(String task, int total) {
        if (bar == null) {
            bar = Progress.of(task, total, err);
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
