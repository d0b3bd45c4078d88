package io.captioner.io;

import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** JSON as its standard has it, without Gson's leniency, and where it goes wrong. */
public final class StrictJson {
    /** In the messages of Gson, whose exceptions have no field for it. */
    private static final Pattern PLACE = Pattern.compile("line \\d+ column \\d+ path \\S+");

    private StrictJson() {}

    /**
     * The one value in a text; JSON's null where there is none.
     *
     * @param name of the text, as messages call it
     * @param exception made of the message, which says where to look, and its cause
     */
    public static JsonElement parse(
            String text, String name, BiFunction<String, Throwable, ? extends RuntimeException> exception) {
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            JsonElement json = JsonParser.parseReader(reader);
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw new JsonParseException("a second value");
            }
            return json;
        } catch (JsonParseException | IOException e) {
            throw exception.apply(
                    name + " is no JSON"
                            + place(e).map(place -> ": see " + place).orElse(""),
                    e);
        }
    }

    /** Where something was wrong for Gson: {@code line 3 column 4 path $.format}. */
    public static Optional<String> place(Exception ofGson) {
        Matcher place = PLACE.matcher(String.valueOf(ofGson.getMessage()));
        return place.find() ? Optional.of(place.group()) : Optional.empty();
    }
}
