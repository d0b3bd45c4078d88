package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.train.KillableTraining;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A training that is killed and resumed ends as one that is not: no signal is heard, no file is closed. */
@Timeout(240)
class KilledTrainingTest {
    /** What the process said last before it is killed; nothing for a moment on its way up. */
    private static final List<String> MOMENTS =
            List.of("", "features", "features", "step", "step", "checkpoint", "step", "epoch", "package", "package");

    @TempDir
    Path folder;

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "a process that ends there has its files closed")
    void endsWithTheSameBitsWhereverItIsKilled() throws Exception {
        Path json = KillableTraining.draw(folder.resolve("pictures"));
        Path unbroken = folder.resolve("unbroken");
        assertThat(start(json, unbroken, "unbroken").waitFor()).isZero();

        long seed = System.nanoTime();
        Random random = new Random(seed);
        Path broken = folder.resolve("broken");
        int killed = 0;
        for (String moment : MOMENTS) {
            Process process = start(json, broken, "broken");
            if (moment.isEmpty()) {
                Thread.sleep(random.nextInt(600));
            } else {
                waitFor(process, moment, 1 + random.nextInt(6));
                Thread.sleep(random.nextInt(25));
            }
            process.destroyForcibly(); // kill -9
            killed += process.waitFor() == 0 ? 0 : 1;
        }
        assertThat(start(json, broken, "broken").waitFor())
                .as(() -> "seed " + seed + ": " + errors("broken"))
                .isZero();

        assertThat(killed)
                .as("processes that were killed before they were done")
                .isGreaterThanOrEqualTo(7);
        assertThat(Files.readAllBytes(broken.resolve("weights.safetensors")))
                .as("seed " + seed)
                .isEqualTo(Files.readAllBytes(unbroken.resolve("weights.safetensors")));
        assertThat(Files.readString(folder.resolve("broken.training/captions.jsonl")))
                .isEqualTo(Files.readString(folder.resolve("unbroken.training/captions.jsonl")));
    }

    /** Until it has said so often what begins so, or nothing more. */
    private static void waitFor(Process process, String beginning, int times) throws IOException {
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        int left = beginning.equals("step") ? times : 1;
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith(beginning) && --left == 0) {
                return;
            }
        }
    }

    private Process start(Path json, Path model, String name) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                KillableTraining.class.getName(),
                json.toString(),
                model.toString());
        return builder.redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".err").toFile()))
                .start();
    }

    private String errors(String name) {
        try {
            return Files.readString(folder.resolve(name + ".err"));
        } catch (IOException e) {
            return e.toString();
        }
    }
}
