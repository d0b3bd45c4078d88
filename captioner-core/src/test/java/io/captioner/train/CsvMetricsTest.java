package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CsvMetricsTest {
    @TempDir
    Path folder;

    @Test
    void writesARowForEachEpoch() throws IOException {
        Path file = folder.resolve("new/metrics.csv");
        CsvMetrics metrics = CsvMetrics.epochs(file);
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.GERMANY);
            metrics.onStart(start(0));
            metrics.onEpoch(new EpochMetrics(1, 10, 4.5, 4.25, 4.0, 0.5, 0.25, 1e-3, 1000, 2.0, true, List.of()));
            metrics.onEpoch(new EpochMetrics(2, 20, 3.5, 3.25, null, null, null, 1e-3, 1000, 2.0, false, List.of()));
        } finally {
            Locale.setDefault(before);
        }
        assertThat(Files.readAllLines(file))
                .containsExactly(
                        "epoch,step,loss,cross_entropy,dev_loss,dev_cider_d,dev_bleu_4,learning_rate,words,words_per_second,seconds,best",
                        "1,10,4.500000,4.250000,4.000000,0.500000,0.250000,0.0010000000,1000,500.0,2.00,true",
                        "2,20,3.500000,3.250000,,,,0.0010000000,1000,500.0,2.00,false");
    }

    @Test
    void dropsRowsAfterTheCheckpointThatIsResumed() throws IOException {
        Path file = folder.resolve("steps.csv");
        CsvMetrics first = CsvMetrics.steps(file, 1);
        first.onStart(start(0));
        for (int step = 1; step <= 5; step++) {
            first.onStep(step(step));
        }
        Files.writeString(file, Files.readString(file) + "1,2,3");
        CsvMetrics second = CsvMetrics.steps(file, 1);
        second.onStart(start(3));
        second.onStep(step(4));
        assertThat(Files.readAllLines(file)).hasSize(5);
        assertThat(Files.readAllLines(file).get(3)).startsWith("1,3,");
        assertThat(Files.readAllLines(file).get(4)).startsWith("1,4,");
    }

    @Test
    void startsAnewWhenTrainingDoes() throws IOException {
        Path file = folder.resolve("steps.csv");
        Files.writeString(file, "something else\n");
        CsvMetrics.steps(file, 2).onStart(start(0));
        assertThat(Files.readAllLines(file)).hasSize(1);
    }

    private static TrainingListener.Start start(long step) {
        return new TrainingListener.Start(1, 1, 1, 1, 1, 10, step, Map.of(), List.of());
    }

    private static StepMetrics step(int step) {
        return new StepMetrics(1, 1, step, 10, step, 2, 1.5, 1, 1e-3, 100, 0.1);
    }
}
