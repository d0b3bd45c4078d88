package io.captioner.cli;

import com.google.gson.JsonObject;
import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.baseline.MarkovCaptions;
import io.captioner.baseline.NearestCaptions;
import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.pack.ModelPackage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code captioner baseline --kind markov --data DATASET --split val}. */
@Command(
        name = "baseline",
        mixinStandardHelpOptions = true,
        description = {
            "Measures captions that no decoder wrote: by a blind language model, or of the pictures that look most alike.",
            "The data set's training split is what is learned from.",
            "A captioner that sees scores far above both."
        })
final class BaselineCommand implements Callable<Integer> {
    /** Who writes. */
    enum Kind {
        MARKOV,
        NEAREST
    }

    private static final int MAX_LENGTH = 20;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            required = true,
            description =
                    "markov: words from the words before, no picture is looked at; nearest: consensus of the nearest training pictures.")
    Kind kind = Kind.MARKOV;

    @Mixin
    DatasetOptions source = new DatasetOptions();

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = "What is captioned: test, val, train or restval. Default: ${DEFAULT-VALUE}.")
    Split split = Split.TEST;

    @Option(
            names = "--order",
            paramLabel = "N",
            defaultValue = "4",
            description = "Of markov: a word follows from N - 1 before it, 1 to 9. Default: ${DEFAULT-VALUE}.")
    int order = 4;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "Of markov: draw a caption for each picture; the most probable one for all if left out.")
    @Nullable
    Long seed;

    @Option(
            names = "--neighbours",
            paramLabel = "K",
            defaultValue = "60",
            description = "Of nearest: training pictures asked, 1 or more. Default: ${DEFAULT-VALUE}.")
    int neighbours = 60;

    @Option(
            names = "--agreeing",
            paramLabel = "M",
            defaultValue = "125",
            description = "Of nearest: captions that must agree, 1 or more. Default: ${DEFAULT-VALUE}.")
    int agreeing = 125;

    @Option(
            names = "--features",
            paramLabel = "DIR",
            description = "Of nearest: where features are kept for the next time; nowhere if left out.")
    @Nullable
    Path features;

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--results", paramLabel = "OUT.json", description = "Write the captions too, in COCO's format.")
    @Nullable
    Path results;

    @Mixin
    MetricOptions metrics = new MetricOptions();

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        PrintWriter out = streams.out();
        PrintWriter err = streams.err();
        metrics.prepare();
        requirePositive("--neighbours", neighbours);
        requirePositive("--agreeing", agreeing);
        if (results != null) {
            Outputs.requireFile("--results", results);
        }
        CaptionDataset dataset = source.read(err);
        List<Example> asked = dataset.split(split);
        List<Example> training = dataset.split(Split.TRAIN, Split.RESTVAL);
        if (asked.isEmpty() || training.isEmpty()) {
            throw new DatasetException(dataset + " needs pictures in the split " + split.label()
                    + " and in train; name another one with --split");
        }
        JsonObject told = new JsonObject();
        told.addProperty("baseline", kind.name().toLowerCase(Locale.ROOT));
        told.addProperty("dataset", dataset.name());
        told.addProperty("split", split.label());
        Map<String, String> captions = kind == Kind.MARKOV ? markov(training, asked) : nearest(training, asked, err);
        if (results != null) {
            EvaluateCommand.write(results, captions);
        }
        metrics.report(metrics.score(EvaluateCommand.references(asked), captions), told, out);
        return Main.DONE;
    }

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new OptionException(option + " is " + value + "; it must be 1 or more");
        }
    }

    private Map<String, String> markov(List<Example> training, List<Example> asked) {
        MarkovCaptions markov = MarkovCaptions.train(
                training.stream().flatMap(example -> example.words().stream()).toList(), order);
        Map<String, String> captions = new LinkedHashMap<>();
        List<String> same = seed == null ? markov.mostProbable(MAX_LENGTH) : List.of();
        for (int i = 0; i < asked.size(); i++) {
            List<String> words = seed == null ? same : markov.sample(seed + i, MAX_LENGTH);
            captions.put(asked.get(i).id(), String.join(" ", words));
        }
        return captions;
    }

    private Map<String, String> nearest(List<Example> training, List<Example> asked, PrintWriter err) {
        ModelPackage encoder = model.load();
        List<Path> pictures = new ArrayList<>();
        training.forEach(example -> pictures.add(example.image()));
        asked.forEach(example -> pictures.add(example.image()));
        List<float[]> vectors = Vectors.of(pictures, encoder, model, features, err);
        NearestCaptions nearest = NearestCaptions.of(
                vectors.subList(0, training.size()),
                training.stream().map(Example::texts).toList(),
                neighbours,
                agreeing);
        try (Progress progress = Progress.of("captions", asked.size(), err)) {
            List<String> written = IntStream.range(0, asked.size())
                    .parallel()
                    .mapToObj(i -> {
                        String caption = nearest.caption(vectors.get(training.size() + i));
                        progress.stepBy(1);
                        return caption;
                    })
                    .toList();
            return IntStream.range(0, asked.size())
                    .boxed()
                    .collect(Collectors.toMap(
                            i -> asked.get(i).id(), written::get, (one, other) -> one, LinkedHashMap::new));
        }
    }
}
