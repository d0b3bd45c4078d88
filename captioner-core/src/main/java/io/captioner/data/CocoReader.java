package io.captioner.data;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset.Split;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * COCO's {@code captions_*.json}: {@code {"images": [{"id", "file_name"}], "annotations": [{"image_id", "caption"}]}}, in either order; other
 * fields are passed over. Read as a stream.
 */
final class CocoReader {
    private static final Pattern LINE = Pattern.compile("at line (\\d+)");
    private static final Pattern SPLIT = Pattern.compile("train|val|test");

    private final Path file;
    private final JsonReader json;
    private final ExampleRows rows;
    private final @Nullable Split split;
    private final Set<String> left = new HashSet<>();
    private boolean imagesRead;

    /** Captions that stand before the images. */
    private final Map<String, List<String>> waiting = new HashMap<>();

    private CocoReader(Path file, JsonReader json, ExampleRows rows, @Nullable Split split) {
        this.file = file;
        this.json = json;
        this.rows = rows;
        this.split = split;
    }

    /** @param split of all pictures; null: what the file's name says */
    static CaptionDataset read(Path file, ExampleRows rows, @Nullable Split split) {
        try (Reader text = Files.newBufferedReader(file);
                JsonReader json = new JsonReader(text)) {
            json.setStrictness(Strictness.STRICT);
            new CocoReader(file, json, rows, split == null ? split(file) : split).readAll();
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is no UTF-8 text", e);
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            Matcher place = LINE.matcher(String.valueOf(e.getMessage()));
            throw new DatasetException(
                    file + " is not a data set in COCO's format: "
                            + (place.find() ? "see line " + place.group(1) : e.getMessage()),
                    e);
        }
        return rows.dataset();
    }

    private static @Nullable Split split(Path file) {
        Matcher named = SPLIT.matcher(String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT));
        return named.find() ? Split.of(named.group()) : null;
    }

    private void readAll() throws IOException {
        boolean annotations = false;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "images" -> {
                    readList(this::readImage);
                    imagesRead = true;
                    waiting.forEach((id, captions) -> captions.forEach(caption -> rows.caption(id, caption)));
                    waiting.clear();
                }
                case "annotations" -> {
                    readList(this::readAnnotation);
                    annotations = true;
                }
                default -> json.skipValue();
            }
        }
        json.endObject();
        if (!imagesRead || !annotations) {
            throw new DatasetException(
                    file + " has no list \"" + (imagesRead ? "annotations" : "images") + "\"; is it in COCO's format?");
        }
    }

    @FunctionalInterface
    private interface Entry {
        void read() throws IOException;
    }

    private void readList(Entry entry) throws IOException {
        json.beginArray();
        while (json.hasNext()) {
            entry.read();
        }
        json.endArray();
    }

    private void readImage() throws IOException {
        String where = where();
        Map<String, String> fields = readFields("id", "file_name");
        String id = fields.get("id");
        String name = fields.get("file_name");
        rows.badRows().row(() -> {
            if (id == null || name == null) {
                throw new DatasetException(where + ": an image needs id and file_name");
            }
            left.add(id); // so that its captions are not told of too where its picture is missing
            rows.picture(id, name, split, where);
        });
    }

    private void readAnnotation() throws IOException {
        String where = where();
        Map<String, String> fields = readFields("image_id", "caption");
        String id = fields.get("image_id");
        String caption = fields.get("caption");
        rows.badRows().row(() -> {
            if (id == null || caption == null) {
                throw new DatasetException(where + ": an annotation needs image_id and caption");
            }
            if (!imagesRead) {
                waiting.computeIfAbsent(id, unused -> new ArrayList<>()).add(caption);
            } else if (rows.has(id)) {
                rows.caption(id, caption);
            } else if (!left.contains(id)) {
                throw new DatasetException(where + ": a caption of image " + id + ", which is not among the images");
            }
        });
    }

    private Map<String, String> readFields(String first, String second) throws IOException {
        Map<String, String> fields = new HashMap<>();
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            if (name.equals(first) || name.equals(second)) {
                fields.put(name, json.nextString());
            } else {
                json.skipValue();
            }
        }
        json.endObject();
        return fields;
    }

    private String where() {
        Matcher line = LINE.matcher(json.toString());
        return file + (line.find() ? " line " + line.group(1) : "");
    }
}
