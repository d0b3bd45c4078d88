package io.captioner.train;

import io.captioner.CaptionerException;
import io.captioner.io.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Predicate;

/**
 * A file that grows with a training, a line at a time. When a training is resumed, lines after the checkpoint it goes on from are dropped, so
 * that everything stands in the file once.
 *
 * @param content what messages call it
 */
record LineFile(Path file, String content) {
    /**
     * Begins the file.
     *
     * @param head lines before all others, each with its end
     * @param kept which of the lines of a broken-off training stay; one that a crash cut short comes too, with what was no UTF-8 replaced
     */
    void begin(TrainingListener.Start start, String head, Predicate<String> kept) {
        StringBuilder text = new StringBuilder(head);
        try {
            if (start.step() > 0 && Files.exists(file)) {
                new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                        .lines()
                        .filter(kept)
                        .forEach(line -> text.append(line).append('\n'));
            }
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFile.writeText(file, text);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    void append(String line) {
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private CaptionerException failure(IOException e) {
        return new CaptionerException(content + " " + file + " cannot be written: " + e.getMessage(), e);
    }
}
