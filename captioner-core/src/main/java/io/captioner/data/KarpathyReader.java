package io.captioner.data;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Sentence;
import io.captioner.io.StrictJson;
import io.captioner.text.Words;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Karpathy's {@code dataset_*.json}: {@code {"dataset": name, "images": [{"filename", "filepath"?, "cocoid"?, "split", "sentences": [{"raw",
 * "tokens"}]}]}}; other fields are passed over. Read as a stream, as COCO's has 144 MB.
 */
final class KarpathyReader {
    private static final Pattern LINE = Pattern.compile("at line (\\d+)");

    private final Path file;
    private final Path images;
    private final JsonReader json;
    private final BadRows badRows;

    /** Words come again and again: one object for all. */
    private final Map<String, String> known = new HashMap<>();

    private int imagesRead;
    private final List<Example> examples = new ArrayList<>();
    private String name;

    private KarpathyReader(Path file, Path images, JsonReader json, BadRows badRows) {
        this.badRows = badRows;
        this.file = file;
        this.images = images;
        this.json = json;
        this.name = String.valueOf(file.getFileName());
    }

    static CaptionDataset read(Path file, Path images, BadRows badRows) {
        if (!Files.isDirectory(images)) {
            throw new DatasetException(images + " is no folder; name the folder of the pictures");
        }
        try (Reader text = Files.newBufferedReader(file);
                JsonReader json = new JsonReader(text)) {
            json.setStrictness(Strictness.STRICT);
            return new KarpathyReader(file, images, json, badRows).readAll();
        } catch (NoSuchFileException e) {
            throw new DatasetException(file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is no UTF-8 text", e);
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new DatasetException(
                    file + " is not a data set in Karpathy's format: "
                            + StrictJson.place(e).map(place -> "see " + place).orElse(String.valueOf(e.getMessage())),
                    e);
        }
    }

    private CaptionDataset readAll() throws IOException {
        boolean found = false;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "dataset" -> name = json.nextString();
                case "images" -> {
                    found = true;
                    json.beginArray();
                    while (json.hasNext()) {
                        readImage();
                    }
                    json.endArray();
                }
                default -> json.skipValue();
            }
        }
        json.endObject();
        if (json.peek() != JsonToken.END_DOCUMENT) {
            throw new DatasetException(file + " goes on behind its end");
        }
        if (!found) {
            throw new DatasetException(file + " has no list \"images\"; is it in Karpathy's format?");
        }
        return CaptionDataset.of(name, examples);
    }

    private void readImage() throws IOException {
        @Nullable String filename = null;
        @Nullable String id = null;
        @Nullable String split = null;
        String filepath = "";
        List<Sentence> captions = new ArrayList<>();
        Matcher start = LINE.matcher(json.toString());
        String line = start.find() ? ", line " + start.group(1) : "";
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "filename" -> filename = json.nextString();
                case "filepath" -> filepath = json.nextString();
                case "cocoid" -> id = json.nextString();
                case "split" -> split = json.nextString();
                case "sentences" -> readSentences(captions);
                default -> json.skipValue();
            }
        }
        json.endObject();
        String where = "image " + imagesRead++ + (filename == null ? "" : " (" + filename + ")") + " of " + file + line;
        add(id, filename, filepath, split, captions, where);
    }

    private void add(
            @Nullable String id,
            @Nullable String filename,
            String filepath,
            @Nullable String split,
            List<Sentence> captions,
            String where) {
        badRows.row(() -> {
            if (filename == null || split == null) {
                throw new DatasetException(where + " needs filename and split");
            }
            if (captions.isEmpty()) {
                throw new DatasetException(where + " has no caption with a word");
            }
            examples.add(new Example(
                    id == null ? filename : id,
                    find(filepath, filename, where),
                    captions,
                    ExampleRows.split(split, where)));
        });
    }

    /** A caption without a word teaches nothing and is passed over; Flickr30k has one. */
    private void readSentences(List<Sentence> captions) throws IOException {
        json.beginArray();
        while (json.hasNext()) {
            @Nullable String raw = null;
            @Nullable List<String> words = null;
            json.beginObject();
            while (json.hasNext()) {
                switch (json.nextName()) {
                    case "raw" -> raw = json.nextString();
                    case "tokens" -> words = readWords();
                    default -> json.skipValue();
                }
            }
            json.endObject();
            if (words == null) {
                words = raw == null ? List.of() : Words.tokenize(raw);
            }
            if (!words.isEmpty()) {
                captions.add(new Sentence(raw == null ? String.join(" ", words) : raw, words));
            }
        }
        json.endArray();
    }

    private List<String> readWords() throws IOException {
        List<String> words = new ArrayList<>();
        json.beginArray();
        while (json.hasNext()) {
            words.add(known.computeIfAbsent(json.nextString(), same -> same));
        }
        json.endArray();
        return words;
    }

    /** COCO's pictures lie in {@code filepath} below the folder; people also put them all into one. */
    private Path find(String filepath, String filename, String where) {
        for (String candidate : new String[] {filepath + "/" + filename, filename}) {
            Path image = images.resolve(candidate.replaceFirst("^/+", "")).normalize();
            if (ExampleRows.isFileIn(images, image)) {
                return image;
            }
        }
        throw new DatasetException("the picture of " + where + " is not in " + images);
    }
}
