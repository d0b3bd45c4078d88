package io.captioner.report;

import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Sentence;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.train.EpochMetrics;
import io.captioner.train.StepMetrics;
import io.captioner.train.TrainingListener.Start;
import io.captioner.train.TrainingResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Trainings that did not take place, with numbers as they would have. */
final class Trainings {
    static final Path ASTRONAUT = photo("astronaut.jpg");
    static final Path CHINA = photo("china.jpg");

    private Trainings() {}

    /** A photo of the documentation, wherever the tests run. */
    private static Path photo(String name) {
        Path here = Path.of("docs", "photos", name);
        return java.nio.file.Files.exists(here) ? here : Path.of("..").resolve(here);
    }

    static CaptionDataset dataset(int train, int dev) {
        String[] things = {"dog", "boy", "girl", "bird", "ball", "horse", "zebra", "wagon"};
        List<Example> examples = IntStream.range(0, train + dev)
                .mapToObj(i -> {
                    String text = "a " + things[i % 3 * (i % 2) + i % 5 % 3] + " near a "
                            + things[i * 7 % (i < train ? 7 : 8)]
                            + (i % 4 == 0 ? " in the green grass by the water" : "");
                    return new Example(
                            "photo" + i,
                            i % 2 == 0 ? ASTRONAUT : CHINA,
                            List.of(new Sentence(text + ".", List.of(text.split(" ")))),
                            i < train ? Split.TRAIN : Split.VAL);
                })
                .toList();
        return CaptionDataset.of("seaside", examples);
    }

    static Start start(int images, int devImages, int epochs) {
        Map<String, String> recipe = new LinkedHashMap<>();
        recipe.put("epochs", String.valueOf(epochs));
        recipe.put("learningRate", "0.001");
        recipe.put(
                "decoderArchitecture",
                "AttentionLstm[embeddingSize=512, hiddenSize=512, attention=AdditiveAttention[size=256]]");
        return new Start(images, images, devImages, 4 + 12, epochs, 50, 0, recipe, List.of());
    }

    static StepMetrics step(int epoch, int epochs, int step, double crossEntropy) {
        return new StepMetrics(
                epoch, epochs, step, 50, (epoch - 1) * 50L + step, crossEntropy, crossEntropy, 1, 1e-3, 100, 0.1);
    }

    static EpochMetrics epoch(int epoch, double train, @Nullable Double dev, boolean best, String... said) {
        List<EpochMetrics.Sample> samples = IntStream.range(0, said.length)
                .mapToObj(i -> new EpochMetrics.Sample(
                        i < 2 ? (i == 0 ? ASTRONAUT : CHINA).toString() : "gone" + i + ".jpg",
                        said[i],
                        List.of("a person said this of photo " + i)))
                .toList();
        return new EpochMetrics(
                epoch,
                epoch * 50L,
                train,
                train,
                dev,
                said.length == 0 ? null : 0.1 * epoch,
                said.length == 0 ? null : 0.05 * epoch,
                1e-3,
                5000,
                20,
                best,
                samples);
    }

    /** A training that learns its photos by heart from the third epoch on. */
    static List<EpochMetrics> overfitted(String... said) {
        double[] train = {4.1, 3.2, 2.6, 2.1, 1.7, 1.4};
        double[] dev = {4.0, 3.5, 3.4, 3.5, 3.65, 3.8};
        List<EpochMetrics> epochs = new ArrayList<>();
        for (int i = 0; i < train.length; i++) {
            epochs.add(epoch(i + 1, train[i], dev[i], i < 3, said));
        }
        return epochs;
    }

    /** Lets the report hear all of it. */
    static void play(TrainingReport report, Start start, List<EpochMetrics> epochs, boolean ends) {
        report.onStart(start);
        for (EpochMetrics epoch : epochs) {
            for (int step = 1; step <= 50; step++) {
                report.onStep(step(
                        epoch.epoch(),
                        start.epochs(),
                        step,
                        epoch.crossEntropy() + (50 - step) * 0.012 + 0.05 * Math.sin(step * 7)));
            }
            report.onEpoch(epoch);
        }
        if (ends) {
            report.onEnd(new TrainingResult(Path.of("model"), 3, epochs));
        }
    }
}
