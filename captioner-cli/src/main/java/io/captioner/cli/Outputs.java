package io.captioner.cli;

import io.captioner.OptionException;
import io.captioner.pack.ModelPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** What stands in the way of writing is better known before the work than after it. */
final class Outputs {
    private Outputs() {}

    /** A file that can be written where the option says. */
    static void requireFile(String option, Path file) {
        requireNoFolder(option, file);
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new OptionException(
                    option + " is " + file + ", but there is no folder " + folder + "; make it first");
        }
        if (!Files.isWritable(folder)) {
            throw new OptionException(option + " is " + file + ", but the folder " + folder + " cannot be written");
        }
    }

    /** No folder where a file is to be written; the folders above it are made. */
    static void requireNoFolder(String option, Path file) {
        if (Files.isDirectory(file)) {
            throw new OptionException(option + " is " + file + ", which is a folder; name a file");
        }
    }

    /** A folder that a model package may be saved to. */
    static void requirePackage(String option, Path folder) {
        ModelPackage.obstacleAt(folder).ifPresent(reason -> {
            throw new OptionException(option + ": " + reason);
        });
    }

    /** Removes a folder of this program's own with the files in it. */
    static void deleteFolder(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
