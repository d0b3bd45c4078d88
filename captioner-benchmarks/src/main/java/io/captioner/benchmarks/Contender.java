package io.captioner.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** The PyTorch programs in a process of their own that answers seconds on request. */
final class Contender implements AutoCloseable {
    private final Process process;
    private final PrintWriter requests;
    private final BufferedReader answers;

    private Contender(Process process) {
        this.process = process;
        this.requests = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Whether this Python has torch and timm. */
    static boolean available(String python) {
        try {
            Process probe = new ProcessBuilder(python, "-c", "import torch, timm, safetensors, PIL")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return probe.waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** @param folder for what it writes on the way */
    static Contender start(String python, Path peers, Path folder, int threads) {
        try {
            Path script = folder.resolve("contender.py");
            try (InputStream source = Contender.class.getResourceAsStream("/contender.py")) {
                Files.write(
                        script,
                        Objects.requireNonNull(source, "it is a resource").readAllBytes());
            }
            ProcessBuilder builder =
                    new ProcessBuilder(python, script.toString(), peers.toString(), "threads=" + threads);
            builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
            builder.environment().put("PYTHONPYCACHEPREFIX", System.getProperty("java.io.tmpdir"));
            builder.environment().put("CAPTIONER_WORK", folder.toString());
            builder.redirectError(folder.resolve("contender.log").toFile());
            Contender contender = new Contender(builder.start());
            contender.seconds("ready"); // what it imports takes processors that others are measured on
            return contender;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs the work of this name once; the first time also warms it up. NaN where it cannot. */
    double seconds(String name) {
        requests.println(name);
        try {
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException("the contender ended while it ran " + name);
            }
            return Double.parseDouble(answer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        requests.close();
        process.destroy();
    }
}
