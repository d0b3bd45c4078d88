package io.captioner.data;

import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Sentence;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.text.Words;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder of pictures with one file of captions, or with a text file beside each picture. */
final class FolderReader {
    private static final Logger LOG = LoggerFactory.getLogger(FolderReader.class);
    private static final List<String> LISTS = List.of("captions.txt", "captions.csv");
    private static final List<String> PICTURE_FOLDERS = List.of("", "images", "Images");
    private static final Set<String> PICTURES = Set.of("jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp");
    private static final Pattern TABBED = Pattern.compile("(?<image>[^\t]+?)(#\\d+)?\t(?<caption>.*)");

    private final Path folder;
    private final Map<String, List<Sentence>> captions = new LinkedHashMap<>();
    private final Map<String, Path> images = new LinkedHashMap<>();
    private final Map<String, Split> splits = new LinkedHashMap<>();

    private FolderReader(Path folder) {
        this.folder = folder;
    }

    static CaptionDataset read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DatasetException(folder + (Files.exists(folder) ? " is no folder" : " does not exist"));
        }
        List<Path> lists =
                LISTS.stream().map(folder::resolve).filter(Files::exists).toList();
        if (lists.size() > 1) {
            throw new DatasetException(folder + " has both " + LISTS + "; keep one");
        }
        FolderReader reader = new FolderReader(folder);
        if (lists.isEmpty()) {
            reader.readBesidePictures();
        } else {
            reader.readList(lists.get(0));
        }
        return CaptionDataset.of(
                String.valueOf(folder.toAbsolutePath().normalize().getFileName()), reader.examples());
    }

    private List<Example> examples() {
        List<Example> examples = new ArrayList<>();
        images.forEach((id, image) -> {
            List<Sentence> sentences = captions.getOrDefault(id, List.of());
            if (sentences.isEmpty()) {
                throw new DatasetException("picture " + id + " of " + folder + " has no caption with a word");
            }
            examples.add(new Example(id, image, sentences, splits.getOrDefault(id, Split.TRAIN)));
        });
        return examples;
    }

    // one list
    // -----------------------------------------------------------------------------------------------------

    private void readList(Path file) {
        String text = text(file);
        int end = text.indexOf('\n');
        if (text.substring(0, end < 0 ? text.length() : end).indexOf('\t') >= 0) {
            readTabbed(file, text);
        } else {
            readCsv(file, text);
        }
    }

    private void readTabbed(Path file, String text) {
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher matcher = TABBED.matcher(line);
            if (matcher.matches()) {
                add(matcher.group("image"), matcher.group("caption"), null, file, number);
            } else if (!line.isBlank()) {
                throw new DatasetException(file + " line " + number + " is not a picture's name, a tab and a caption");
            }
        }
    }

    private void readCsv(Path file, String text) {
        int columns = 2;
        boolean first = true;
        for (CsvReader.Row row : CsvReader.read(text, file.toString())) {
            List<String> fields = row.fields().stream().map(String::strip).toList();
            if (first) {
                first = false;
                List<String> header = fields.stream()
                        .map(field -> field.toLowerCase(Locale.ROOT))
                        .toList();
                if (header.equals(List.of("image", "caption")) || header.equals(List.of("image", "caption", "split"))) {
                    columns = header.size();
                    continue;
                }
            }
            if (fields.size() != columns) {
                throw new DatasetException(
                        file + " line " + row.line() + " has " + fields.size() + " fields instead of "
                                + columns + " (image,caption" + (columns == 3 ? ",split" : "")
                                + "); put a caption that holds a comma into quotes");
            }
            add(fields.get(0), fields.get(1), columns == 3 ? fields.get(2) : null, file, row.line());
        }
    }

    private void add(String image, String caption, @Nullable String split, Path file, int line) {
        String where = file + " line " + line;
        if (!images.containsKey(image)) {
            images.put(image, find(image, where));
        }
        if (split != null) {
            Split named;
            try {
                named = Split.of(split);
            } catch (DatasetException e) {
                throw new DatasetException(where + ": " + e.getMessage(), e);
            }
            Split before = splits.putIfAbsent(image, named);
            if (before != null && before != named) {
                throw new DatasetException(
                        where + ": " + image + " is in split " + split + " here and in " + before.label() + " above");
            }
        }
        addCaption(image, caption);
    }

    private void addCaption(String image, String caption) {
        List<String> words = Words.tokenize(caption);
        if (!words.isEmpty()) {
            captions.computeIfAbsent(image, any -> new ArrayList<>()).add(new Sentence(caption, words));
        }
    }

    private Path find(String image, String where) {
        Path root = folder.normalize();
        for (String below : PICTURE_FOLDERS) {
            try {
                Path file = root.resolve(below).resolve(image).normalize();
                if (file.startsWith(root) && Files.isRegularFile(file)) {
                    return file;
                }
            } catch (InvalidPathException e) {
                throw new DatasetException(where + ": '" + image + "' is no name of a file", e);
            }
        }
        throw new DatasetException(
                where + ": the picture '" + image + "' is not in " + folder + " nor in its folder images");
    }

    // a text beside each picture
    // -----------------------------------------------------------------------------------------------------

    private void readBesidePictures() {
        List<Path> pictures;
        try (Stream<Path> files = Files.list(folder)) {
            pictures = files.filter(FolderReader::isPicture).sorted().toList();
        } catch (IOException e) {
            throw new DatasetException(folder + " cannot be read: " + e.getMessage(), e);
        }
        int without = 0;
        for (Path picture : pictures) {
            String name = String.valueOf(picture.getFileName());
            Path captionFile = folder.resolve(name.substring(0, name.lastIndexOf('.')) + ".txt");
            if (!Files.exists(captionFile)) {
                without++;
                continue;
            }
            images.put(name, picture);
            text(captionFile).lines().map(String::strip).forEach(line -> addCaption(name, line));
        }
        if (images.isEmpty()) {
            throw new DatasetException(folder + " has neither " + String.join(" nor ", LISTS)
                    + ", nor a picture with a text file of its name beside it");
        }
        if (without > 0) {
            LOG.warn(
                    "{} of {} pictures in {} have no text file beside them and are left out",
                    without,
                    pictures.size(),
                    folder);
        }
    }

    private static boolean isPicture(Path file) {
        String name = String.valueOf(file.getFileName());
        return PICTURES.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
    }

    private static String text(Path file) {
        try {
            String text = Files.readString(file);
            // Some editors on Windows begin a text with a byte order mark.
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (NoSuchFileException e) {
            throw new DatasetException(file + " does not exist", e);
        } catch (CharacterCodingException e) {
            throw new DatasetException(file + " is no UTF-8 text; save it as UTF-8", e);
        } catch (IOException e) {
            throw new DatasetException(file + " cannot be read: " + e.getMessage(), e);
        }
    }
}
