package io.captioner.cli;

import com.google.gson.JsonObject;
import io.captioner.metrics.CocoCaptions;
import io.captioner.metrics.Scores;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code captioner score --references REFS.json --results RESULTS.json}: no model needed. */
@Command(
        name = "score",
        mixinStandardHelpOptions = true,
        description = "Measures captions of any program against those of people: BLEU, ROUGE-L, CIDEr, METEOR.")
final class ScoreCommand implements Callable<Integer> {
    @Option(
            names = "--references",
            paramLabel = "REFS.json",
            required = true,
            description =
                    "Captions by people, COCO's format: {\"annotations\": [{\"image_id\": ..., \"caption\": ...}, ...]}.")
    Path references = Path.of("");

    @Option(
            names = "--results",
            paramLabel = "RESULTS.json",
            required = true,
            description = "One caption for each image, COCO's format: [{\"image_id\": ..., \"caption\": ...}, ...].")
    Path results = Path.of("");

    @Mixin
    MetricOptions metrics = new MetricOptions();

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        PrintWriter out = streams.out();
        metrics.prepare();
        Scores scores = metrics.score(CocoCaptions.readReferences(references), CocoCaptions.readResults(results));
        metrics.report(scores, new JsonObject(), out);
        return Main.DONE;
    }
}
