package io.captioner.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.captioner.OptionException;
import io.captioner.metrics.CaptionMetrics;
import io.captioner.metrics.ImageScore;
import io.captioner.metrics.Meteor;
import io.captioner.metrics.Metric;
import io.captioner.metrics.Scores;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is measured, and how it is told: for people, or as one JSON object with the metrics at its top. */
final class MetricOptions {
    /** Of the intervals' drawing of pictures, so that a table can be made again. */
    private static final long SEED = 1;

    @Option(
            names = "--meteor",
            paramLabel = "DIR",
            description =
                    "Measure METEOR too, with the data in the folder of METEOR 1.5 (meteor-1.5.jar, data/paraphrase-en.gz).")
    @Nullable
    Path meteor;

    @Option(
            names = "--examples",
            paramLabel = "N",
            defaultValue = "20",
            description =
                    "How many of the worst and of the best captions to show, by CIDEr-D. Default: ${DEFAULT-VALUE}.")
    int examples = 20;

    @Option(names = "--json", description = "One JSON object instead of a table.")
    boolean json;

    private @Nullable Meteor data;

    /** Refuses what cannot be done, and reads METEOR's data, before the work. */
    void prepare() {
        if (examples < 0) {
            throw new OptionException("--examples is " + examples + "; it must be 0 or more");
        }
        data = meteor == null ? null : Meteor.load(meteor);
    }

    Scores score(Map<String, List<String>> references, Map<String, String> results) {
        return CaptionMetrics.score(references, results, data);
    }

    /** @param told what else is to be told, above the metrics */
    void report(Scores scores, JsonObject told, PrintWriter out) {
        if (json) {
            scores.values().forEach(told::addProperty);
            told.addProperty("images", scores.images().size());
            told.addProperty("signature", scores.signature());
            if (examples > 0) {
                told.add("worst", array(scores.worst(Metric.CIDER_D, examples)));
                told.add("best", array(scores.best(Metric.CIDER_D, examples)));
            }
            out.println(new GsonBuilder()
                    .disableHtmlEscaping()
                    .setPrettyPrinting()
                    .create()
                    .toJson(told));
        } else {
            told.asMap().forEach((key, value) -> out.printf("%-9s %s%n", key, value.getAsString()));
            scores.table(SEED).lines().forEach(out::println);
            if (examples > 0) {
                list("worst", scores.worst(Metric.CIDER_D, examples), out);
                list("best", scores.best(Metric.CIDER_D, examples), out);
            }
        }
        out.flush();
    }

    private static void list(String title, List<ImageScore> images, PrintWriter out) {
        out.printf("%n%s captions by CIDEr-D%n", title);
        for (ImageScore image : images) {
            out.printf(Locale.ROOT, "%7.4f  %s  %s%n", image.ciderD(), image.id(), image.caption());
        }
    }

    private static JsonArray array(List<ImageScore> images) {
        JsonArray array = new JsonArray();
        for (ImageScore image : images) {
            JsonObject object = new JsonObject();
            object.addProperty("image", image.id());
            object.addProperty("caption", image.caption());
            object.addProperty("ciderD", image.ciderD());
            array.add(object);
        }
        return array;
    }
}
