package io.captioner.data;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset.Split;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's imagefolder: {@code metadata.jsonl} with lines of {@code {"file_name": "a.jpg", "text": "a caption"}}, in the folder of the
 * pictures or in a folder for each split. The caption, or a list of captions, may also be under {@code caption}, {@code captions} or {@code
 * texts}; {@code split} may name the split.
 */
final class MetadataReader {
    private static final String FILE = "metadata.jsonl";
    private static final List<String> KEYS = List.of("text", "caption", "captions", "texts");
    private static final Map<String, Split> FOLDERS = new LinkedHashMap<>();

    static {
        FOLDERS.put("train", Split.TRAIN);
        FOLDERS.put("validation", Split.VAL);
        FOLDERS.put("valid", Split.VAL);
        FOLDERS.put("val", Split.VAL);
        FOLDERS.put("dev", Split.VAL);
        FOLDERS.put("test", Split.TEST);
    }

    private final Path file;
    private final String prefix;
    private final @Nullable Split split;
    private final ExampleRows rows;

    private MetadataReader(Path file, String prefix, @Nullable Split split, ExampleRows rows) {
        this.file = file;
        this.prefix = prefix;
        this.split = split;
        this.rows = rows;
    }

    static boolean isThere(Path folder) {
        return Files.exists(folder.resolve(FILE))
                || FOLDERS.keySet().stream()
                        .anyMatch(name -> Files.exists(folder.resolve(name).resolve(FILE)));
    }

    /** @param data the file, or the folder that has it or has folders that have it */
    static CaptionDataset read(Path data, ExampleRows rows) {
        if (!Files.isDirectory(data)) {
            new MetadataReader(data, "", null, rows).read();
            return rows.dataset();
        }
        if (Files.exists(data.resolve(FILE))) {
            new MetadataReader(data.resolve(FILE), "", null, rows).read();
        }
        FOLDERS.forEach((name, split) -> {
            Path file = data.resolve(name).resolve(FILE);
            if (Files.exists(file)) {
                new MetadataReader(file, name + "/", split, rows).read();
            }
        });
        return rows.dataset();
    }

    private void read() {
        try (BufferedReader text = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = text.readLine(); line != null; line = text.readLine()) {
                number++;
                if (!line.isBlank()) {
                    String where = file + " line " + number;
                    String content = line;
                    rows.badRows().row(() -> readLine(content, where));
                }
            }
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is no UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void readLine(String line, String where) {
        JsonObject object = object(line, where);
        String image = text(object.get("file_name"));
        if (image == null) {
            throw new DatasetException(where + " has no \"file_name\"; {\"file_name\": ..., \"text\": ...} is wanted");
        }
        List<String> captions = captions(object);
        if (captions.isEmpty()) {
            throw new DatasetException(where + " has no caption; one of " + KEYS + " is wanted");
        }
        String named = text(object.get("split"));
        rows.picture(prefix + image, prefix + image, named == null ? split : ExampleRows.split(named, where), where);
        captions.forEach(caption -> rows.caption(prefix + image, caption));
    }

    private static JsonObject object(String line, String where) {
        try {
            JsonElement element = JsonParser.parseString(line);
            if (element.isJsonObject()) {
                return element.getAsJsonObject();
            }
        } catch (JsonParseException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            String problem =
                    String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
            throw new DatasetException(
                    where + " is no JSON: " + problem.replace(" at line 1 column ", " at column "), e);
        }
        throw new DatasetException(where + " is no JSON object");
    }

    private static List<String> captions(JsonObject object) {
        List<String> captions = new ArrayList<>();
        for (String key : KEYS) {
            JsonElement value = object.get(key);
            if (value != null && value.isJsonArray()) {
                value.getAsJsonArray().forEach(one -> {
                    if (text(one) != null) {
                        captions.add(Objects.requireNonNull(text(one)));
                    }
                });
            } else if (text(value) != null) {
                captions.add(Objects.requireNonNull(text(value)));
            }
        }
        return captions;
    }

    private static @Nullable String text(@Nullable JsonElement element) {
        return element != null && element.isJsonPrimitive() ? element.getAsString() : null;
    }
}
