package io.captioner.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The pictures that arguments name.
 *
 * @param pictures in the order of the arguments
 * @param problems what is wrong with folders, one message each
 */
record ImageFiles(List<Picture> pictures, List<String> problems) {
    private static final List<String> SUFFIXES = List.of("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff");

    /**
     * A picture.
     *
     * @param name as the user gave it, or below the folder as the user gave that
     */
    record Picture(String name, Path file) {}

    /** Files as they are, folders as the image files directly in them, by name. A missing file is left in, so that it is reported. */
    static ImageFiles list(List<String> arguments) {
        List<Picture> pictures = new ArrayList<>();
        List<String> problems = new ArrayList<>();
        for (String argument : arguments) {
            Path path = Path.of(argument);
            if (!Files.isDirectory(path)) {
                pictures.add(new Picture(argument, path));
                continue;
            }
            List<Path> found = List.of();
            try (Stream<Path> files = Files.list(path)) {
                found = files.filter(ImageFiles::isImage).sorted().toList();
                if (found.isEmpty()) {
                    problems.add("folder " + argument + " has no pictures; files ending in "
                            + String.join(", ", SUFFIXES) + " are looked for");
                }
            } catch (IOException e) {
                problems.add("folder " + argument + " cannot be read: " + e.getMessage());
            }
            found.forEach(file -> pictures.add(new Picture(file.toString(), file)));
        }
        return new ImageFiles(List.copyOf(pictures), List.copyOf(problems));
    }

    private static boolean isImage(Path file) {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return !name.startsWith(".")
                && SUFFIXES.contains(name.substring(name.lastIndexOf('.') + 1))
                && Files.isRegularFile(file);
    }
}
