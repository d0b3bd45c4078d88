package io.captioner.data;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset.Split;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads captioned pictures in any {@link DatasetFormat}. Files are read as streams and pictures are only looked for, never opened: a million
 * captions take some hundred megabytes. Not thread-safe.
 */
public final class DatasetReader {
    private static final List<String> LISTS = List.of("captions.txt", "captions.csv");

    private final Path data;
    private @Nullable Path images;
    private @Nullable DatasetFormat format;
    private @Nullable Split split;
    private BadRows badRows = BadRows.refused();

    private DatasetReader(Path data) {
        this.data = data;
    }

    /** @param data a file, or a folder of pictures with captions */
    public static DatasetReader of(Path data) {
        return new DatasetReader(data);
    }

    /** The folder of the pictures. Default: beside the file, or in a folder {@code images} there. */
    public DatasetReader images(Path folder) {
        images = folder;
        return this;
    }

    /** The format. Default: recognised. */
    public DatasetReader format(DatasetFormat format) {
        this.format = format;
        return this;
    }

    /** The split of pictures that the data name none for. Default: what a COCO file's name says, else {@link Split#TRAIN}. */
    public DatasetReader split(Split split) {
        this.split = split;
        return this;
    }

    /** What becomes of a row that is wrong. Default: {@link BadRows#refused}. */
    public DatasetReader badRows(BadRows badRows) {
        this.badRows = badRows;
        return this;
    }

    /**
     * Reads the data set.
     *
     * @throws DatasetException naming the file and the line when something is missing or wrong, or the format is not recognised
     */
    public CaptionDataset read() {
        if (!Files.exists(data)) {
            throw new DatasetException(data + " does not exist");
        }
        if (images != null && !Files.isDirectory(images)) {
            throw new DatasetException(images + " is no folder; name the folder of the pictures");
        }
        Path file = list(data);
        DatasetFormat known = format == null ? recognise(file) : format;
        return switch (known) {
            case KARPATHY -> KarpathyReader.read(file, images == null ? pictures(folder(file)) : images, badRows);
            case COCO -> CocoReader.read(file, rows(file, folder(file)), split);
            case FLICKR, CSV -> ListReader.read(file, known, rows(file, folder(file)));
            case METADATA -> MetadataReader.read(data, rows(file, folder(file)));
            case TEXT_FILES -> TextFilesReader.read(data, rows(file, data), badRows);
        };
    }

    private ExampleRows rows(Path file, Path folder) {
        String name = Files.isDirectory(data) ? name(data) : name(file).replaceFirst("\\.[A-Za-z]+$", "");
        return new ExampleRows(name, images == null ? folder : images, split == null ? Split.TRAIN : split, badRows);
    }

    private static String name(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }

    private static Path folder(Path file) {
        return Files.isDirectory(file) ? file : Objects.requireNonNullElse(file.getParent(), Path.of("."));
    }

    private static Path pictures(Path folder) {
        return List.of("images", "Images").stream()
                .map(folder::resolve)
                .filter(Files::isDirectory)
                .findFirst()
                .orElse(folder);
    }

    /** The list of captions in a folder; the folder itself where there is none. */
    private static Path list(Path data) {
        if (!Files.isDirectory(data)) {
            return data;
        }
        List<Path> lists =
                LISTS.stream().map(data::resolve).filter(Files::exists).toList();
        if (lists.size() > 1) {
            throw new DatasetException(data + " has both " + LISTS + "; keep one");
        }
        return lists.isEmpty() ? data : lists.get(0);
    }

    private DatasetFormat recognise(Path file) {
        if (Files.isDirectory(file)) {
            return MetadataReader.isThere(file) ? DatasetFormat.METADATA : DatasetFormat.TEXT_FILES;
        }
        String name = name(file).toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl")) {
            return DatasetFormat.METADATA;
        }
        try (BufferedReader text = Files.newBufferedReader(file)) {
            if (name.endsWith(".json")) {
                return hasSentences(text) ? DatasetFormat.KARPATHY : DatasetFormat.COCO;
            }
            String line = text.readLine();
            return line != null && line.indexOf('\t') >= 0 ? DatasetFormat.FLICKR : DatasetFormat.CSV;
        } catch (NoSuchFileException e) {
            throw new DatasetException(file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is no UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** COCO has captions of their own, in "annotations"; Karpathy has "sentences" in each image. */
    private static boolean hasSentences(Reader text) throws IOException {
        try {
            JsonReader json = new JsonReader(text);
            json.beginObject();
            while (json.hasNext()) {
                String key = json.nextName();
                if (key.equals("annotations")) {
                    return false;
                }
                if (!key.equals("images")) {
                    json.skipValue();
                    continue;
                }
                json.beginArray();
                if (json.peek() == JsonToken.BEGIN_OBJECT) {
                    json.beginObject();
                    while (json.hasNext()) {
                        if (json.nextName().equals("sentences")) {
                            return true;
                        }
                        json.skipValue();
                    }
                }
                return false;
            }
            return true;
        } catch (IllegalStateException | IOException e) {
            return true; // Karpathy's reader says what is wrong with it
        }
    }
}
