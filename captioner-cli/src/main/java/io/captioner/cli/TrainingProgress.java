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
    private final TimeLeft time = new TimeLeft(System::nanoTime);
    private String phase = "";
    private int epochs;
    private int later;
    private @Nullable Progress bar;

    TrainingProgress(PrintWriter err) {
        this.err = err;
    }

    /**
     * Before a phase of several.
     *
     * @param epochsAfter of the phases that follow; they cost what no one knows yet, so they are counted and not timed
     */
    void phase(int number, int count, int epochsAfter) {
        later = epochsAfter;
        phase = "phase " + number + "/" + count + " ";
        line("phase " + number + " of " + count);
    }

    @Override
    public void onStart(Start start) {
        close();
        epochs = start.epochs();
        time.start(start.step(), (long) start.epochs() * start.stepsOfEpoch());
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
        time.step();
        bar(phase + "epoch " + step.epoch() + "/" + step.epochs(), step.stepsOfEpoch())
                .stepTo(
                        step.stepOfEpoch(),
                        String.format(
                                Locale.ROOT,
                                "loss %.3f, %.0f words/s, epoch %s, all %s",
                                step.crossEntropy(),
                                step.wordsPerSecond(),
                                TimeLeft.text(time.ofSteps(step.stepsOfEpoch() - step.stepOfEpoch())),
                                TimeLeft.text(time.ofAll(step.epochs() - step.epoch() + 1))));
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        close();
        time.epoch();
        String dev = epoch.devLoss() == null ? "" : String.format(Locale.ROOT, ", dev %.4f", epoch.devLoss());
        if (epoch.devCiderD() != null) {
            dev += String.format(Locale.ROOT, ", CIDEr-D %.3f, BLEU-4 %.3f", epoch.devCiderD(), epoch.devBleu4());
        }
        line(String.format(
                Locale.ROOT,
                "epoch %d: loss %.4f%s%s, %.0f s%s",
                epoch.epoch(),
                epoch.crossEntropy(),
                dev,
                epoch.best() ? " (best)" : "",
                epoch.seconds(),
                left(epoch.epoch())));
    }

    private String left(int epoch) {
        if (time.isOver()) {
            return later == 0 ? "" : ", " + later + " epochs in later phases";
        }
        String text = ", " + TimeLeft.text(time.ofAll(epochs - epoch)) + " left";
        return later == 0 ? text : text + " and " + later + " epochs in later phases";
    }

    void line(String text) {
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
