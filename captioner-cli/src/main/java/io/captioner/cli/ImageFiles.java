package io.captioner.cli;

import io.captioner.ImageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** The pictures that arguments name. */
final class ImageFiles {
    private static final Set<String> SUFFIXES =
            Set.of("jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff");

    private ImageFiles() {}

    /** Files as they are, folders as the image files directly in them, by name. A missing file is left in, so that it is reported. */
    static List<Path> list(List<Path> arguments) {
        List<Path> images = new ArrayList<>();
        for (Path argument : arguments) {
            if (!Files.isDirectory(argument)) {
                images.add(argument);
                continue;
            }
            try (Stream<Path> files = Files.list(argument)) {
                files.filter(ImageFiles::isImage).sorted().forEach(images::add);
            } catch (IOException e) {
                throw new ImageException(
                        ImageException.Kind.UNREADABLE, argument + " cannot be listed: " + e.getMessage(), e);
            }
        }
        return images;
    }

    private static boolean isImage(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && SUFFIXES.contains(name.substring(name.lastIndexOf('.') + 1));
    }
}
