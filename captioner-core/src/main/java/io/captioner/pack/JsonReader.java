package io.captioner.pack;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.ModelException;
import io.captioner.image.ImageTransform;
import io.captioner.io.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Values of a JSON object of others; one that is null counts as missing.
 *
 * @param where its place, for messages
 */
record JsonReader(String where, JsonObject json) {
    static JsonReader open(Path file) {
        return new JsonReader(
                file.toString(),
                RecordReader.object(
                        StrictJson.parse(text(file), file.toString(), ModelException::new), file.toString()));
    }

    static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new ModelException(file + " does not exist; it is part of a captioner in Hugging Face's layout", e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    boolean has(String name) {
        JsonElement value = json.get(name);
        return value != null && !value.isJsonNull();
    }

    boolean isObject(String name) {
        return has(name) && json.get(name).isJsonObject();
    }

    JsonReader part(String name) {
        if (!isObject(name)) {
            throw new ModelException(where + ": " + name + " is missing");
        }
        return new JsonReader(where + ": " + name, json.getAsJsonObject(name));
    }

    String text(String name, String otherwise) {
        return has(name) ? scalar(name) : otherwise;
    }

    /** Refuses another value than the one that is built; a missing one is that. */
    void require(String name, String value) {
        if (has(name) && !scalar(name).equals(value)) {
            throw new ModelException(where + ": " + name + " is " + json.get(name) + "; " + value + " can be imported");
        }
    }

    int whole(String name, int otherwise) {
        try {
            return has(name) ? json.get(name).getAsBigDecimal().intValueExact() : otherwise;
        } catch (NumberFormatException
                | ArithmeticException
                | UnsupportedOperationException
                | IllegalStateException e) {
            throw new ModelException(where + ": " + name + " is " + json.get(name) + "; it must be a whole number", e);
        }
    }

    double number(String name, double otherwise) {
        try {
            return has(name) ? json.get(name).getAsDouble() : otherwise;
        } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
            throw new ModelException(where + ": " + name + " is " + json.get(name) + "; it must be a number", e);
        }
    }

    /** Three numbers; 0.5 each where they are missing. */
    ImageTransform.Rgb rgb(String name) {
        if (!has(name)) {
            return new ImageTransform.Rgb(0.5f, 0.5f, 0.5f);
        }
        JsonElement value = json.get(name);
        if (value.isJsonArray() && value.getAsJsonArray().size() == 3) {
            try {
                return new ImageTransform.Rgb(
                        value.getAsJsonArray().get(0).getAsFloat(),
                        value.getAsJsonArray().get(1).getAsFloat(),
                        value.getAsJsonArray().get(2).getAsFloat());
            } catch (NumberFormatException | UnsupportedOperationException | IllegalStateException e) {
                throw new ModelException(where + ": " + name + " is " + value + "; it must be three numbers", e);
            }
        }
        throw new ModelException(where + ": " + name + " is " + value + "; it must be three numbers");
    }

    private String scalar(String name) {
        JsonElement value = json.get(name);
        if (!value.isJsonPrimitive()) {
            throw new ModelException(where + ": " + name + " is " + value + "; it must be a single value");
        }
        return value.getAsString();
    }
}
