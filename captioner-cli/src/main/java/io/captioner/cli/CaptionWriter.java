package io.captioner.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.Caption;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** Writes results as they come. */
interface CaptionWriter extends AutoCloseable {
    void write(Path image, Caption caption);

    /** Ends the document. */
    @Override
    void close();

    static CaptionWriter of(CaptionCommand.Form form, boolean single, PrintWriter out) {
        if (form.csv) {
            return new Csv(out);
        }
        if (form.json) {
            return new Json(out, single);
        }
        return form.jsonl ? new JsonLines(out) : new Text(out, single);
    }

    /** The caption alone, or {@code IMAGE: CAPTION}. */
    record Text(PrintWriter out, boolean single) implements CaptionWriter {
        @Override
        public void write(Path image, Caption caption) {
            out.println(single ? caption.text() : image + ": " + caption.text());
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    /** One object a line. */
    record JsonLines(PrintWriter out) implements CaptionWriter {
        private static final Gson GSON = new Gson();

        @Override
        public void write(Path image, Caption caption) {
            out.println(GSON.toJson(object(GSON, image, caption)));
            out.flush();
        }

        @Override
        public void close() {
            out.flush();
        }
    }

    /** One object, or an array of them. */
    final class Json implements CaptionWriter {
        private static final Gson GSON = new GsonBuilder().setPrettyPrinting().create();

        private final PrintWriter out;
        private final boolean single;
        private boolean any;

        Json(PrintWriter out, boolean single) {
            this.out = out;
            this.single = single;
        }

        @Override
        public void write(Path image, Caption caption) {
            if (!single) {
                out.println(any ? "," : "[");
            }
            any = true;
            out.print(GSON.toJson(object(GSON, image, caption)));
            out.flush();
        }

        @Override
        public void close() {
            if (!single) {
                out.print(any ? "\n]" : "[]");
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

        Csv(PrintWriter out) {
            this.out = out;
            out.println("image,text,score");
        }

        @Override
        public void write(Path image, Caption caption) {
            out.println(quote(image.toString()) + "," + quote(caption.text()) + ","
                    + String.format(Locale.ROOT, "%.6f", caption.score()));
            out.flush();
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

    private static JsonElement object(Gson gson, Path image, Caption caption) {
        JsonObject object = new JsonObject();
        object.addProperty("image", image.toString());
        gson.toJsonTree(caption).getAsJsonObject().entrySet().forEach(field -> object.add(field.getKey(), field.getValue()));
        return object;
    }
}
