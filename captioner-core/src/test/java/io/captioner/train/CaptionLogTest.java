package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptionLogTest {
    @TempDir
    Path folder;

    @Test
    void goesOnAfterALineThatACrashCutInTheMiddleOfALetter() throws IOException {
        Path file = folder.resolve("captions.jsonl");
        CaptionLog log = new CaptionLog(file);
        log.onStart(start(0));
        log.onEpoch(epoch(1, 10, "a dog"));
        log.onEpoch(epoch(2, 20, "a caf\u00e9"));
        byte[] torn = "{\"epoch\":3,\"captions\":[{\"text\":\"a caf\u00e9".getBytes(StandardCharsets.UTF_8);
        Files.write(file, Arrays.copyOf(torn, torn.length - 1), StandardOpenOption.APPEND);

        log.onStart(start(20));
        log.onEpoch(epoch(3, 30, "a cup"));

        assertThat(Files.readAllLines(file))
                .extracting(line -> line.substring(0, line.indexOf(",\"captions\"")))
                .containsExactly("{\"epoch\":1,\"step\":10", "{\"epoch\":2,\"step\":20", "{\"epoch\":3,\"step\":30");
    }

    @Test
    void dropsWhatIsAfterTheCheckpointAndWhatIsNoneOfItsLines() throws IOException {
        Path file = folder.resolve("captions.jsonl");
        CaptionLog log = new CaptionLog(file);
        log.onStart(start(0));
        log.onEpoch(epoch(1, 10, "a dog"));
        log.onEpoch(epoch(2, 20, "a cat"));
        Files.writeString(file, "{\"epoch\":3}\n{\"step\":\"x\"}\n[]\n", StandardOpenOption.APPEND);

        log.onStart(start(10));

        assertThat(Files.readAllLines(file)).hasSize(1).first().asString().contains("a dog");
    }

    private static TrainingListener.Start start(long step) {
        return new TrainingListener.Start(1, 1, 1, 1, 3, 10, step, Map.of(), List.of());
    }

    private static EpochMetrics epoch(int epoch, int step, String text) {
        EpochMetrics.Sample sample = new EpochMetrics.Sample("a.jpg", text, List.of("one"));
        return new EpochMetrics(epoch, step, 1, 1, 1.0, null, null, 1e-3, 1, 1, true, List.of(sample));
    }
}
