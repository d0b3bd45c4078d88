package io.captioner.cli;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.captioner.metrics.Scores;
import java.io.PrintWriter;

/** Writes scores: for people, or as one JSON object with the metrics at its top. */
final class ScoreReport {
    /** Of the intervals' drawing of pictures, so that a table can be made again. */
    private static final long SEED = 1;

    private ScoreReport() {}

    static void table(Scores scores, PrintWriter out) {
        scores.table(SEED).lines().forEach(out::println);
        out.flush();
    }

    /** @param object what else is to be told; the metrics are added to it */
    static void json(Scores scores, JsonObject object, PrintWriter out) {
        scores.values().forEach(object::addProperty);
        object.addProperty("images", scores.images().size());
        object.addProperty("signature", scores.signature());
        out.println(new GsonBuilder()
                .disableHtmlEscaping()
                .setPrettyPrinting()
                .create()
                .toJson(object));
        out.flush();
    }
}
