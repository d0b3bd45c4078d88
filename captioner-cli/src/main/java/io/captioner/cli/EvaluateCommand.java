package io.captioner.cli;

import com.google.gson.JsonObject;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.metrics.CocoCaptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code captioner evaluate --model DIR --data DATASET.json --images DIR --split test}. */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = "Captions a split of a data set and measures the captions against those of people.")
final class EvaluateCommand implements Callable<Integer> {
    @Mixin
    EnsembleOptions models = new EnsembleOptions();

    @Mixin
    SearchOptions search = new SearchOptions();

    @Mixin
    DatasetOptions source = new DatasetOptions();

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "test",
            description = "test, val, train or restval. Default: ${DEFAULT-VALUE}.")
    Split split = Split.TEST;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "8",
            description = "Pictures a call of the runtime. Default: ${DEFAULT-VALUE}.")
    int batch = 8;

    @Option(
            names = "--results",
            paramLabel = "OUT.json",
            description = "Write the captions too, in COCO's format, as the command score reads it.")
    @Nullable
    Path results;

    @Mixin
    MetricOptions metrics = new MetricOptions();

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        CaptionCommand.checkBatch(batch);
        search.check();
        metrics.prepare();
        if (results != null) {
            Outputs.requireFile("--results", results);
        }
        PrintWriter out = streams.out();
        PrintWriter err = streams.err();
        CaptionDataset dataset = source.read(err);
        List<Example> examples = DatasetOptions.examples(dataset, split, "--split");
        JsonObject told = new JsonObject();
        Map<String, String> captions = new LinkedHashMap<>();
        try (Captioner captioner =
                models.builder().generation(own -> search.over(own, 0)).build()) {
            GenerationOptions options = captioner.options();
            told.addProperty("model", captioner.modelId());
            told.addProperty("dataset", dataset.name());
            told.addProperty("split", split.label());
            told.addProperty("beamWidth", options.beamWidth());
            if (options.guidance().on()) {
                told.addProperty("tags", options.guidance().threshold());
            }
            captions(captioner, examples, batch, err).forEach((id, caption) -> captions.put(id, caption.text()));
        }
        if (results != null) {
            write(results, captions);
        }
        metrics.report(metrics.score(references(examples), captions), told, out);
        return Main.DONE;
    }

    /** The captions by the examples' ids, in their order. */
    static Map<String, Caption> captions(Captioner captioner, List<Example> examples, int batch, PrintWriter err) {
        Map<String, Caption> captions = new LinkedHashMap<>();
        long start = System.nanoTime();
        try (Progress progress = Progress.of("captions", examples.size(), err)) {
            for (int from = 0; from < examples.size(); from += batch) {
                List<Example> some = examples.subList(from, Math.min(examples.size(), from + batch));
                List<Caption> written = captioner.captionAll(some.stream()
                        .map(example -> ImageInput.of(example.image()))
                        .toList());
                for (int i = 0; i < some.size(); i++) {
                    captions.put(some.get(i).id(), written.get(i));
                }
                progress.stepBy(some.size());
            }
        }
        err.printf(
                Locale.ROOT,
                "%d %s in %.1f s%n",
                captions.size(),
                captions.size() == 1 ? "caption" : "captions",
                (System.nanoTime() - start) / 1e9);
        return captions;
    }

    static Map<String, List<String>> references(List<Example> examples) {
        return examples.stream()
                .collect(Collectors.toMap(Example::id, Example::texts, (one, other) -> one, LinkedHashMap::new));
    }

    static void write(Path file, Map<String, String> captions) {
        try {
            CocoCaptions.writeResults(file, captions);
        } catch (IOException e) {
            throw new OptionException("--results is " + file + ", which cannot be written: " + e, e);
        }
    }
}
