package io.captioner.metrics;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.DatasetException;
import io.captioner.io.AtomicFile;
import io.captioner.io.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * COCO's files of captions: results ({@code [{"image_id": 42, "caption": "a dog"}]}), as coco-caption's tools read and write them, and
 * references ({@code captions_val2014.json}). Ids of images are text here; in results that are written, ids that are whole numbers are
 * numbers again, as those tools want them.
 */
public final class CocoCaptions {
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final Pattern WHOLE = Pattern.compile("0|[1-9]\\d{0,17}");

    private CocoCaptions() {}

    /**
     * Reads results, in the order of the file.
     *
     * @throws DatasetException naming the file and the entry when something is missing or wrong, or an image is there twice
     */
    public static Map<String, String> readResults(Path file) {
        JsonElement json = parse(file);
        if (!json.isJsonArray()) {
            throw new DatasetException(
                    file + " is no list of results; it must be [{\"image_id\": ..., \"caption\": ...}, ...]");
        }
        Map<String, String> results = new LinkedHashMap<>();
        forEach(file, json.getAsJsonArray(), (id, caption, where) -> {
            if (results.putIfAbsent(id, caption) != null) {
                throw new DatasetException(
                        where + " is the second one of image " + id + "; one caption for each image is wanted");
            }
        });
        return results;
    }

    /**
     * Reads references, in the order in which images are first named.
     *
     * @throws DatasetException naming the file and the annotation when something is missing or wrong
     */
    public static Map<String, List<String>> readReferences(Path file) {
        JsonElement json = parse(file);
        JsonElement annotations = json.isJsonObject() ? json.getAsJsonObject().get("annotations") : null;
        if (annotations == null || !annotations.isJsonArray()) {
            throw new DatasetException(file + " has no list \"annotations\"; COCO's captions_*.json is wanted");
        }
        Map<String, List<String>> references = new LinkedHashMap<>();
        forEach(
                file,
                annotations.getAsJsonArray(),
                (id, caption, where) -> references
                        .computeIfAbsent(id, unused -> new ArrayList<>())
                        .add(caption));
        return references;
    }

    /** Writes results; a file that is there is replaced in one step. */
    public static void writeResults(Path file, Map<String, String> results) throws IOException {
        JsonArray list = new JsonArray();
        results.forEach((id, caption) -> {
            JsonObject entry = new JsonObject();
            if (WHOLE.matcher(id).matches()) {
                entry.addProperty("image_id", Long.parseLong(id));
            } else {
                entry.addProperty("image_id", id);
            }
            entry.addProperty("caption", caption);
            list.add(entry);
        });
        AtomicFile.writeText(file, GSON.toJson(list));
    }

    @FunctionalInterface
    private interface Entry {
        void accept(String id, String caption, String where);
    }

    private static void forEach(Path file, JsonArray list, Entry entry) {
        for (int i = 0; i < list.size(); i++) {
            String where = file + ": entry " + (i + 1);
            JsonElement element = list.get(i);
            JsonObject object = element.isJsonObject() ? element.getAsJsonObject() : new JsonObject();
            String id = text(object.get("image_id"));
            String caption = text(object.get("caption"));
            if (id == null || caption == null) {
                throw new DatasetException(where + " has no " + (id == null ? "image_id" : "caption")
                        + "; {\"image_id\": ..., \"caption\": ...} is wanted");
            }
            entry.accept(id, caption, where);
        }
    }

    private static @Nullable String text(@Nullable JsonElement element) {
        return element != null && element.isJsonPrimitive() ? element.getAsString() : null;
    }

    private static JsonElement parse(Path file) {
        try {
            return StrictJson.parse(Files.readString(file), file.toString(), DatasetException::new);
        } catch (NoSuchFileException e) {
            throw new DatasetException(file + " does not exist", e);
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read: " + e, e);
        }
    }
}
