package io.captioner.data;

import io.captioner.DatasetException;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Sentence;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.text.Words;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows of picture and caption as they are read, until they are a data set. */
final class ExampleRows {
    private static final List<String> PICTURE_FOLDERS = List.of("", "images", "Images");

    private static final class Picture {
        private final Path file;
        private final String where;
        private final List<Sentence> captions = new ArrayList<>();
        private @Nullable Split split;

        Picture(Path file, String where) {
            this.file = file;
            this.where = where;
        }
    }

    private final String name;
    private final Path folder;
    private final Split otherwise;
    private final BadRows badRows;
    private final Map<String, Picture> pictures = new LinkedHashMap<>();

    /** Words come again and again: one object for all. */
    private final Map<String, String> words = new HashMap<>();

    /**
     * @param folder of the pictures
     * @param otherwise the split of pictures for which none is named
     */
    ExampleRows(String name, Path folder, Split otherwise, BadRows badRows) {
        this.name = name;
        this.folder = folder;
        this.otherwise = otherwise;
        this.badRows = badRows;
    }

    Path folder() {
        return folder;
    }

    BadRows badRows() {
        return badRows;
    }

    /**
     * A picture is named.
     *
     * @param image its path in the folder
     * @param where for messages: file and line
     */
    void picture(String id, String image, @Nullable Split split, String where) {
        Picture picture = pictures.get(id);
        if (picture == null) {
            picture = new Picture(find(image, where), where);
            pictures.put(id, picture);
        }
        if (split != null) {
            if (picture.split != null && picture.split != split) {
                throw new DatasetException(where + ": " + image + " is in split " + split.label() + " here and in "
                        + picture.split.label() + " above");
            }
            picture.split = split;
        }
    }

    boolean has(String id) {
        return pictures.containsKey(id);
    }

    /** A caption of a picture that was named; one without a word is passed over. */
    void caption(String id, String caption) {
        Picture picture = pictures.get(id);
        List<String> split = Words.tokenize(caption).stream()
                .map(word -> words.computeIfAbsent(word, same -> same))
                .toList();
        if (picture != null && !split.isEmpty()) {
            picture.captions.add(new Sentence(caption, split));
        }
    }

    static Split split(String label, String where) {
        try {
            return Split.of(label);
        } catch (DatasetException e) {
            throw new DatasetException(where + ": " + e.getMessage(), e);
        }
    }

    /** Whether a name has led to a file, and not out of the folder. Compared as absolute paths: none starts with the empty one, which "." is. */
    static boolean isFileIn(Path folder, Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        return absolute.startsWith(folder.toAbsolutePath().normalize()) && Files.isRegularFile(absolute);
    }

    Path find(String image, String where) {
        Path root = folder.normalize();
        for (String below : PICTURE_FOLDERS) {
            try {
                Path file = root.resolve(below).resolve(image).normalize();
                if (isFileIn(root, file)) {
                    return file;
                }
            } catch (InvalidPathException e) {
                throw new DatasetException(where + ": '" + image + "' is no name of a file", e);
            }
        }
        throw new DatasetException(
                where + ": the picture '" + image + "' is not in " + folder + " nor in its folder images");
    }

    CaptionDataset dataset() {
        List<Example> examples = new ArrayList<>();
        pictures.forEach((id, picture) -> badRows.row(() -> {
            if (picture.captions.isEmpty()) {
                throw new DatasetException(picture.where + ": the picture " + id + " has no caption with a word");
            }
            examples.add(
                    new Example(id, picture.file, picture.captions, picture.split == null ? otherwise : picture.split));
        }));
        return CaptionDataset.of(name, examples);
    }
}
