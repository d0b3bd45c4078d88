package io.captioner.train;

import io.captioner.CaptionerException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
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

    private final Path file;
    private final int everySteps;

    private CsvMetrics(Path file, int everySteps) {
        this.file = file;
        this.everySteps = everySteps;
    }

    /** A row for each epoch. */
    public static CsvMetrics epochs(Path file) {
        return new CsvMetrics(file, 0);
    }

    /** A row for every n-th step, from the first on; n at least 1. */
    public static CsvMetrics steps(Path file, int every) {
        if (every < 1) {
            throw new io.captioner.OptionException("steps between rows are " + every + "; they must be at least 1");
        }
        return new CsvMetrics(file, every);
    }

    @Override
    public void onStart(Start start) {
        String header = everySteps == 0 ? EPOCHS : STEPS;
        StringBuilder kept = new StringBuilder(header).append('\n');
        try {
            if (start.step() > 0 && Files.exists(file)) {
                List<String> lines = Files.readAllLines(file);
                lines.stream()
                        .skip(1)
                        .filter(line -> isUpTo(start.step(), line))
                        .forEach(line -> kept.append(line).append('\n'));
            }
            if (file.toAbsolutePath().getParent() != null) {
                Files.createDirectories(file.toAbsolutePath().getParent());
            }
            Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
            Files.writeString(temporary, kept);
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** A line that a crash cut short counts as none. */
    private boolean isUpTo(long step, String line) {
        String[] cells = line.split(",", -1);
        int columns = (everySteps == 0 ? EPOCHS : STEPS).split(",").length;
        return cells.length == columns
                && cells[STEP_COLUMN].matches("\\d{1,18}")
                && Long.parseLong(cells[STEP_COLUMN]) <= step;
    }

    @Override
    public void onStep(StepMetrics step) {
        if (everySteps > 0 && (step.step() - 1) % everySteps == 0) {
            append(String.format(
                    Locale.ROOT,
                    "%d,%d,%.6f,%.6f,%.6f,%.8g,%d,%.1f,%.4f\n",
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
            append(String.format(
                    Locale.ROOT,
                    "%d,%d,%.6f,%.6f,%s,%s,%s,%.8g,%d,%.1f,%.2f,%s\n",
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

    private void append(String row) {
        try {
            Files.writeString(file, row, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private CaptionerException failure(IOException e) {
        return new CaptionerException("metrics file " + file + " cannot be written: " + e.getMessage(), e);
    }
}
