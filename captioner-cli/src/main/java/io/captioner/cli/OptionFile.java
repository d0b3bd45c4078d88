package io.captioner.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.captioner.OptionException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text file that an option names. */
record OptionFile(String option, Path file) {
    /** Of what Gson says. */
    private static final Pattern PLACE = Pattern.compile("line (\\d+) column (\\d+)");

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
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement json = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("something follows its last bracket");
            }
            return json;
        } catch (JsonParseException | IOException e) {
            Matcher place = PLACE.matcher(String.valueOf(e.getMessage()));
            String where =
                    place.find() ? ": something is wrong in line " + place.group(1) + ", column " + place.group(2) : "";
            throw new OptionException(file + " is no JSON" + where, e);
        }
    }
}
