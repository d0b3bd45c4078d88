package io.captioner.cli;

import com.google.gson.JsonElement;
import io.captioner.OptionException;
import io.captioner.io.StrictJson;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A text file that an option names. */
record OptionFile(String option, Path file) {
    /** @throws OptionException where it cannot be read */
    String text() {
        if (Files.isDirectory(file)) {
            throw new OptionException(file + " is a folder; " + option + " names a file");
        }
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new OptionException(file + " does not exist; " + option + " names a file", e);
        } catch (CharacterCodingException e) {
            throw new OptionException(file + " is no text in UTF-8; save it so for " + option, e);
        } catch (IOException e) {
            throw new OptionException(file + " cannot be read for " + option + ": " + e.getMessage(), e);
        }
    }

    /**
     * The one value in the file, read strictly.
     *
     * @param text of the file
     * @throws OptionException naming the line where it is no JSON
     */
    JsonElement json(String text) {
        return StrictJson.parse(text, file.toString(), OptionException::new);
    }
}
