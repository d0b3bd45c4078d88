package io.captioner.train;

import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes metrics into a CSV file with one header line, a row at a time. When a training is resumed, rows after the checkpoint it goes on
 * from are dropped, so that every step stands in the file once.
 */
public final class CsvMetrics implements TrainingListener {
    private static final String EPOCHS =
            "epoch,step,loss,cross_entropy,dev_loss,dev_cider_d,dev_bleu_4,learning_rate,words,words_per_second,seconds,best";
    private static final String STEPS =
            "epoch,step,loss,cross_entropy,gradient_norm,learning_rate,words,words_per_second,seconds";
    private static final int STEP_COLUMN = 1;

    private final LineFile file;
    private final int everySteps;

    private CsvMetrics(Path file, int everySteps) {
        this.file = new LineFile(file, "metrics file");
        this.everySteps = everySteps;
    }

    /** A row for each epoch. */
    public static CsvMetrics epochs(Path file) {
        return new CsvMetrics(file, 0);
    }

    /** A row for every n-th step, from the first on; n at least 1. */
    public static CsvMetrics steps(Path file, int every) {
        return new CsvMetrics(file, Limits.atLeast("number of steps between rows", every, 1));
    }

    @Override
    public void onStart(Start start) {
        file.begin(start, header() + "\n", line -> isUpTo(start.step(), line));
    }

    private String header() {
        return everySteps == 0 ? EPOCHS : STEPS;
    }

    /** A line that a crash cut short counts as none. */
    private boolean isUpTo(long step, String line) {
        String[] cells = line.split(",", -1);
        return cells.length == header().split(",", -1).length
                && cells[STEP_COLUMN].matches("\\d{1,18}")
                && Long.parseLong(cells[STEP_COLUMN]) <= step;
    }

    @Override
    public void onStep(StepMetrics step) {
        if (everySteps > 0 && (step.step() - 1) % everySteps == 0) {
            file.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%.6f,%.6f,%.6f,%.8g,%d,%.1f,%.4f",
                    step.epoch(),
                    step.step(),
                    step.loss(),
                    step.crossEntropy(),
                    step.gradientNorm(),
                    step.learningRate(),
                    step.words(),
                    step.wordsPerSecond(),
                    step.seconds()));
        }
    }

    @Override
    public void onEpoch(EpochMetrics epoch) {
        if (everySteps == 0) {
            file.append(String.format(
                    Locale.ROOT,
                    "%d,%d,%.6f,%.6f,%s,%s,%s,%.8g,%d,%.1f,%.2f,%s",
                    epoch.epoch(),
                    epoch.step(),
                    epoch.loss(),
                    epoch.crossEntropy(),
                    cell(epoch.devLoss()),
                    cell(epoch.devCiderD()),
                    cell(epoch.devBleu4()),
                    epoch.learningRate(),
                    epoch.words(),
                    epoch.wordsPerSecond(),
                    epoch.seconds(),
                    epoch.best()));
        }
    }

    private static String cell(@Nullable Double value) {
        return value == null ? "" : String.format(Locale.ROOT, "%.6f", value);
    }
}
