package io.captioner.benchmarks;

import io.captioner.ImageInput;
import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.onnx.Int8Quantizer;
import io.captioner.pack.ModelPackage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What all comparisons of a run share.
 *
 * @param peers the PyTorch programs; beside them lies {@code data}
 * @param folder for what is written on the way; emptied at the end
 * @param python has torch, timm, safetensors and Pillow
 * @param threads of every contender
 * @param rounds how often each contender has its turn
 */
record Setting(Path peers, Path folder, String python, int threads, int rounds, Contender contender, Results results) {
    /** Enough for speed, which does not depend on the ranges; not for quality. */
    private static final int CALIBRATION = 32;

    /** Milliseconds between turns: threads of PyTorch spin a while after their work, on a core that whoever is next wants. */
    private static final int PAUSE = 100;

    Path data() {
        return peers.resolveSibling("data");
    }

    Path encoderWeights() {
        return data().resolve("encoders/tf_efficientnet_lite2.safetensors");
    }

    /** The first photos of the dev split: the contenders take the same ones. */
    List<Path> photos(int count) {
        Path flickr = data().resolve("flickr8k");
        return CaptionDataset.karpathy(flickr.resolve("dataset_flickr8k.json"), flickr.resolve("images"))
                .split(Split.VAL)
                .stream()
                .limit(count)
                .map(Example::image)
                .toList();
    }

    /** The model on 8 bits, with ranges from a few photos. */
    ModelPackage quantized(ModelPackage model) {
        return Int8Quantizer.quantize(
                model, photos(CALIBRATION).stream().map(ImageInput::of).toList());
    }

    static List<byte[]> read(List<Path> files) {
        List<byte[]> contents = new ArrayList<>();
        for (Path file : files) {
            try {
                contents.add(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return contents;
    }

    /**
     * Runs ours and theirs by turns, prints the times, and notes how many times as fast ours is.
     *
     * @param keys of the results, by the contender's style
     */
    void compare(Work work, Map<String, String> keys) {
        compare(work, keys, rounds);
    }

    void compare(Work work, Map<String, String> keys, int turns) {
        List<Map.Entry<String, String>> styles = List.copyOf(keys.entrySet());
        List<Supplier<Double>> works = new ArrayList<>();
        works.add(rested(work::secondsEach));
        styles.forEach(style ->
                works.add(rested(() -> contender.seconds(work.name() + "/" + style.getKey()) / work.unit())));
        // the contender warms itself up
        work.seconds();
        work.seconds();
        List<Samples> samples = Turns.of(turns, works).stream().map(Samples::of).toList();
        Samples our = samples.get(0);
        our.print(work.name(), "ours");
        results.took(styles.get(0).getValue().replaceFirst("\\.(seed|fast)$", ""), our.median());
        for (int i = 0; i < styles.size(); i++) {
            Samples their = samples.get(i + 1);
            double ratio = their.median() / our.median();
            results.put(styles.get(i).getValue(), ratio);
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %-8s %s   %.2f times ours (%.2f by the minima)%n",
                    "",
                    styles.get(i).getKey(),
                    their,
                    ratio,
                    their.least() / our.least());
        }
    }

    private static Supplier<Double> rested(Supplier<Double> turn) {
        return () -> {
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return turn.get();
        };
    }
}
