package io.captioner.benchmarks;

import io.captioner.pack.PyTorchCaptioner;
import io.captioner.weights.Safetensors;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * P9 and P10: the command line from process start to exit with one caption, its memory and its package, beside the PyTorch program with the
 * same weights ({@code peers/model}), beam 3, files in the page cache. The package is in int8, as the bundled one is.
 */
final class ProcessWork {
    private static final String PEAK = "VmHWM:";

    private final Setting setting;
    private final Path jar;

    /** @param jar the runnable jar; where there is none the class path is used */
    ProcessWork(Setting setting, Path jar) {
        this.setting = setting;
        this.jar = jar;
    }

    void measure() throws IOException {
        Path model = setting.folder().resolve("peer");
        setting.quantized(PyTorchCaptioner.read(setting.peers().resolve("model"), "peer"))
                .save(model, Safetensors.Precision.INT8);
        Path photo = setting.photos(1).get(0);
        List<String> ours = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        ours.addAll(
                Files.exists(jar)
                        ? List.of("-jar", jar.toString())
                        : List.of("-cp", System.getProperty("java.class.path"), "io.captioner.cli.Main"));
        ours.addAll(List.of("caption", photo.toString(), "--beam", "3", "--model", model.toString()));
        List<String> theirs = List.of(
                setting.python(),
                setting.peers().resolve("caption.py").toString(),
                setting.peers().resolve("model").toString(),
                "fast",
                "beam=3",
                "repeat=0",
                "threads=" + setting.threads(),
                photo.toString());
        // the warm-up fills the page cache
        List<List<Run>> runs = Turns.afterWarmUp(setting.rounds(), List.of(() -> run(ours), () -> run(theirs)));
        Samples us = Samples.of(runs.get(0), Run::seconds);
        Samples them = Samples.of(runs.get(1), Run::seconds);
        us.print("process", "ours");
        them.print("", "python");
        System.out.printf("%-16s ours is %s%n", "", Files.exists(jar) ? jar : "the class path");
        Results results = setting.results();
        results.put("P9", us.median());
        results.put("P9.ratio", them.median() / us.median());
        double megabytes = Samples.of(runs.get(0), Run::megabytes).median();
        if (megabytes > 0) {
            results.put("P10", megabytes);
        } else {
            results.missing("P10", "this system does not tell a process's memory in /proc");
        }
        results.put("P10.package", size(model) / 1e6);
        System.out.printf(
                Locale.ROOT, "%-16s %.0f MB resident, package in int8 %.1f MB%n", "", megabytes, size(model) / 1e6);
    }

    /**
     * One process, from its start to its end.
     *
     * @param megabytes (10^6 bytes) that were resident at most; 0 where the system does not tell
     */
    private record Run(double seconds, double megabytes) {}

    private Run run(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        File errors = setting.folder().resolve("process.log").toFile();
        try {
            long start = System.nanoTime();
            Process process = builder.redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.to(errors))
                    .start();
            double peak = 0;
            while (process.isAlive()) {
                peak = Math.max(peak, peak(process.pid()));
                Thread.sleep(10);
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + " failed: " + Files.readString(errors.toPath()));
            }
            return new Run(seconds, peak);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The most that was resident so far, in MB (10^6 bytes); 0 where the system does not tell. */
    private static double peak(long process) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", String.valueOf(process), "status"))) {
            return lines.filter(line -> line.startsWith(PEAK))
                    .mapToDouble(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024 / 1e6)
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            return 0; // it has ended, or this is no Linux
        }
    }

    private static double size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }
}
