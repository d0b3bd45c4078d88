package io.captioner.benchmarks;

import com.google.gson.GsonBuilder;
import io.captioner.nn.WeightSource;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How many times faster than the PyTorch programs: ours and theirs by turns in one run, so that the machine's noise falls on all. Usage:
 * {@code Ratios PEERS_DIR [rounds=7] [threads=2] [python=python3] [out=FILE] [only=PREFIX]}; PEERS_DIR has the programs, and beside it lie {@code
 * data/encoders} and {@code data/flickr8k}. Prints a table and writes the ratios of medians as JSON.
 */
public final class Ratios {
    private static final List<String> STYLES = List.of("seed", "fast");

    private Ratios() {}

    /** Measures and prints. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException(
                    "usage: Ratios PEERS_DIR [rounds=7] [threads=2] [python=python3] [out=FILE]");
        }
        Path peers = Path.of(arguments[0]).toAbsolutePath().normalize();
        int rounds = Integer.parseInt(option(arguments, "rounds", "7"));
        int threads = Integer.parseInt(option(arguments, "threads", "2"));
        String python = option(arguments, "python", "python3");
        String only = option(arguments, "only", "");
        if (!Contender.available(python)) {
            System.err.println(python + " has no torch, timm, safetensors and Pillow: nothing to compare with");
            return;
        }
        Path encoder = peers.resolveSibling("data/encoders/tf_efficientnet_lite2.safetensors");
        Path images = peers.resolveSibling("data/flickr8k/images");
        Map<String, Double> ratios = new LinkedHashMap<>();
        try (TrainingWork training = new TrainingWork(threads);
                Contender contender = Contender.start(python, peers, threads)) {
            WeightSource weights =
                    Weights.of(Safetensors.open(encoder)).prefixed("encoder.").plus(training.weights());
            List<Work> works = new ArrayList<>(training.works());
            try (CaptioningWork captioning = new CaptioningWork(weights, images, 8, threads)) {
                works.addAll(captioning.works());
                System.out.printf(
                        "%d rounds, %d threads, Java %s; milliseconds: median (min to max)%n",
                        rounds, threads, Runtime.version());
                for (Work work : works) {
                    if (work.name().startsWith(only)) {
                        compare(work, contender, rounds, ratios);
                    }
                }
            }
        }
        Path out = Path.of(option(arguments, "out", "target/ratios.json"));
        Files.createDirectories(out.toAbsolutePath().getParent());
        Files.writeString(out, new GsonBuilder().setPrettyPrinting().create().toJson(ratios) + "\n");
    }

    private static String option(String[] arguments, String name, String otherwise) {
        return Arrays.stream(arguments)
                .filter(word -> word.startsWith(name + "="))
                .map(word -> word.substring(name.length() + 1))
                .findFirst()
                .orElse(otherwise);
    }

    private static void compare(Work work, Contender contender, int rounds, Map<String, Double> ratios) {
        double[] ours = new double[rounds];
        double[][] theirs = new double[STYLES.size()][rounds];
        work.seconds();
        work.seconds();
        for (int round = 0; round < rounds; round++) {
            ours[round] = work.seconds() / work.unit();
            for (int style = 0; style < theirs.length; style++) {
                theirs[style][round] = contender.seconds(work.name() + "/" + STYLES.get(style)) / work.unit();
            }
        }
        System.out.printf("%-16s ours %s%n", work.name(), spread(ours));
        for (int style = 0; style < theirs.length; style++) {
            double ratio = median(theirs[style]) / median(ours);
            ratios.put(work.name() + "." + STYLES.get(style), ratio);
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %s %s   %.2f times ours%n",
                    "",
                    STYLES.get(style),
                    spread(theirs[style]),
                    ratio);
        }
    }

    private static String spread(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return String.format(
                Locale.ROOT,
                "%8.1f (%.1f to %.1f)",
                1e3 * median(seconds),
                1e3 * sorted[0],
                1e3 * sorted[sorted.length - 1]);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
