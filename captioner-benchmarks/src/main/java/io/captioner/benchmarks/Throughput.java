package io.captioner.benchmarks;

import io.captioner.Backend;
import io.captioner.Batching;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/**
 * P11, in a process of its own, so that neither threads nor memory of what was measured before stand beside it: captions a second with
 * batches of 1 to 64, and sixteen callers whose calls gather in batches against full batches by hand. Usage: {@code Throughput MODEL_DIR IMAGES_DIR [threads=2] [rounds=3]}.
 * Its last line is the share of the rate by hand; without rounds the callers are left out.
 */
public final class Throughput {
    private static final int[] BATCHES = {1, 2, 4, 8, 16, 32, 64};
    private static final int PHOTOS = 64;
    private static final int CALLERS = 16;
    private static final int CALLS = 4;

    private final Captioner captioner;
    private final List<byte[]> photos;

    private Throughput(Captioner captioner, List<byte[]> photos) {
        this.captioner = captioner;
        this.photos = photos;
    }

    /** Measures and prints. */
    public static void main(String[] words) throws IOException {
        Arguments arguments = Arguments.of(words, 2, "Throughput MODEL_DIR IMAGES_DIR [threads=2] [rounds=3]");
        int threads = arguments.get("threads", 2);
        int rounds = arguments.get("rounds", 3);
        List<byte[]> photos;
        try (Stream<Path> files = Files.list(Path.of(words[1]))) {
            photos = Setting.read(files.sorted().limit(PHOTOS).toList());
        }
        try (Captioner captioner = Captioner.builder()
                .backend(Backend.ONNX)
                .model(Path.of(words[0]))
                .threads(threads)
                .batching(Batching.upTo(CALLERS))
                .build()) {
            Throughput throughput = new Throughput(captioner, photos);
            StringBuilder line = new StringBuilder();
            for (int batch : BATCHES) {
                throughput.batches(batch); // the first batch of a size waits for its memory
                line.append(String.format(Locale.ROOT, " %d: %.1f ", batch, PHOTOS / throughput.batches(batch)));
            }
            System.out.printf("%-16s %d threads, captions a second by batch %s%n", "throughput", threads, line);
            if (rounds > 0) {
                throughput.callers(rounds);
            }
        }
    }

    /** Seconds for all photos. */
    private double batches(int batch) {
        long start = System.nanoTime();
        for (int at = 0; at < PHOTOS; at += batch) {
            captioner.captionAll(
                    photos.subList(at, at + batch).stream().map(ImageInput::of).toList());
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /**
     * Sixteen callers' turn, or that of full batches.
     *
     * @param waits of each call; none of batches by hand
     */
    private record Turn(double seconds, List<Double> waits) {}

    private void callers(int rounds) {
        ExecutorService pool = Executors.newFixedThreadPool(CALLERS);
        List<List<Turn>> turns = Turns.afterWarmUp(rounds, List.of(() -> gathered(pool), this::byHand));
        pool.shutdown();
        double[] waits = turns.get(0).stream()
                .flatMap(turn -> turn.waits().stream())
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        double count = (double) CALLERS * CALLS;
        double ours = Samples.of(turns.get(0), Turn::seconds).median();
        double hand = Samples.of(turns.get(1), Turn::seconds).median();
        System.out.printf(
                Locale.ROOT,
                "%-16s %d callers: %.1f a second, each waits %.0f ms (median; %.0f at most in 95 of 100); batches of %d by hand: %.1f a"
                        + " second, %.0f ms%n",
                "",
                CALLERS,
                count / ours,
                1e3 * waits[waits.length / 2],
                1e3 * waits[(int) (0.95 * (waits.length - 1))],
                CALLERS,
                count / hand,
                1e3 * hand / CALLS);
        System.out.println(hand / ours);
    }

    private Turn gathered(ExecutorService pool) {
        long start = System.nanoTime();
        List<CompletableFuture<List<Double>>> callers = Stream.generate(
                        () -> CompletableFuture.supplyAsync(this::caller, pool))
                .limit(CALLERS)
                .toList();
        List<Double> waits =
                callers.stream().flatMap(caller -> caller.join().stream()).toList();
        return new Turn((System.nanoTime() - start) / 1e9, waits);
    }

    /** How long each of a caller's calls took: it asks for its next caption when it has the one before. */
    private List<Double> caller() {
        List<Double> waits = new ArrayList<>();
        for (byte[] photo : photos.subList(0, CALLS)) {
            long start = System.nanoTime();
            captioner.captionAsync(ImageInput.of(photo)).join();
            waits.add((System.nanoTime() - start) / 1e9);
        }
        return waits;
    }

    private Turn byHand() {
        long start = System.nanoTime();
        for (byte[] photo : photos.subList(0, CALLS)) {
            captioner.captionAll(Collections.nCopies(CALLERS, ImageInput.of(photo)));
        }
        return new Turn((System.nanoTime() - start) / 1e9, List.of());
    }

    /** Runs {@link #main} with so many threads, prints what it prints, and gives the share, NaN without rounds. */
    static double inItsOwnProcess(Path model, Path images, int threads, int rounds)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx2g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Throughput.class.getName(),
                        model.toString(),
                        images.toString(),
                        "threads=" + threads,
                        "rounds=" + rounds)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        List<String> lines = process.inputReader().lines().toList();
        if (process.waitFor() != 0) {
            throw new IllegalStateException("the process ended with " + process.exitValue());
        }
        int results = rounds > 0 ? lines.size() - 1 : lines.size();
        lines.subList(0, results).forEach(System.out::println);
        return rounds > 0 ? Double.parseDouble(lines.get(results)) : Double.NaN;
    }
}
