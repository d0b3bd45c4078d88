package io.captioner.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import io.captioner.Caption;
import io.captioner.cli.ImageFiles.Picture;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.OptionalDouble;

/** Writes results as they come. */
interface CaptionWriter extends AutoCloseable {
    void write(Picture image, Caption caption);

    /** Hears of a picture that has no caption; its message is on standard error already. */
    default void failed(Picture image, String message) {}

    /** Ends the document. */
    @Override
    void close();

    /**
     * A writer of the form that the user chose.
     *
     * @param single whether one picture was named, and no folder
     * @param alternatives how many a caption has at most
     */
    static CaptionWriter of(CaptionCommand.Form form, boolean single, int alternatives, PrintWriter out) {
        if (form.csv) {
            return new Csv(out, alternatives);
        }
        if (form.json) {
            return new Json(out, single);
        }
        return form.jsonl ? new JsonLines(out) : new Text(out, single);
    }

    /** The caption alone, or {@code IMAGE: CAPTION}; alternatives below it, indented. */
    record Text(PrintWriter out, boolean single) implements CaptionWriter {
        @Override
        public void write(Picture image, Caption caption) {
            out.println(single ? caption.text() : image.name() + ": " + caption.text());
            caption.alternatives().forEach(other -> out.println("  " + other.text()));
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    /** One object a line. */
    record JsonLines(PrintWriter out) implements CaptionWriter {
        private static final Gson GSON = builder().create();

        @Override
        public void write(Picture image, Caption caption) {
            out.println(GSON.toJson(object(GSON, image.name(), caption)));
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    /** One object, or an array of them. */
    final class Json implements CaptionWriter {
        private static final Gson GSON = builder().setPrettyPrinting().create();

        private final PrintWriter out;
        private final boolean single;
        private boolean any;

        Json(PrintWriter out, boolean single) {
            this.out = out;
            this.single = single;
        }

        @Override
        public void write(Picture image, Caption caption) {
            if (!single) {
                out.println(any ? "," : "[");
            }
            any = true;
            out.print(GSON.toJson(object(GSON, image.name(), caption)));
            out.flush();
        }

        @Override
        public void close() {
            if (!single) {
                out.print(any ? System.lineSeparator() + "]" : "[]");
            }
            if (any || !single) {
                out.println();
            }
            out.flush();
        }
    }

    /** RFC 4180, with a header. */
    final class Csv implements CaptionWriter {
        private final PrintWriter out;
        private final int alternatives;

        Csv(PrintWriter out, int alternatives) {
            this.out = out;
            this.alternatives = alternatives;
            StringBuilder header = new StringBuilder("image,text,score");
            for (int i = 1; i <= alternatives; i++) {
                header.append(",alternative").append(i).append(",score").append(i);
            }
            out.println(header);
        }

        @Override
        public void write(Picture image, Caption caption) {
            StringBuilder row = new StringBuilder(quote(image.name()));
            row.append(',').append(quote(caption.text())).append(',').append(score(caption.score()));
            for (int i = 0; i < alternatives; i++) {
                if (i < caption.alternatives().size()) {
                    Caption.Alternative other = caption.alternatives().get(i);
                    row.append(',').append(quote(other.text())).append(',').append(score(other.score()));
                } else {
                    row.append(",,"); // the search found fewer
                }
            }
            out.println(row);
            out.flush();
        }

        private static String score(double score) {
            return String.format(Locale.ROOT, "%.6f", score);
        }

        private static String quote(String text) {
            boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
            return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    private static GsonBuilder builder() {
        JsonSerializer<OptionalDouble> number = (value, type, context) ->
                value.isPresent() ? new JsonPrimitive(value.getAsDouble()) : JsonNull.INSTANCE;
        return new GsonBuilder().disableHtmlEscaping().registerTypeAdapter(OptionalDouble.class, number);
    }

    private static JsonObject object(Gson gson, String image, Caption caption) {
        JsonObject object = new JsonObject();
        object.addProperty("image", image);
        gson.toJsonTree(caption).getAsJsonObject().asMap().forEach(object::add);
        if (caption.confidence().isEmpty()) { // of a model that was not calibrated nothing is said
            object.remove("confidence");
            object.remove("unlikeTraining");
        }
        return object;
    }
}
