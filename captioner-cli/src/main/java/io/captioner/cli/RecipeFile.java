package io.captioner.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import io.captioner.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A JSON object of settings. Each is asked for with its default and limits; a wrong one is refused by key, value and limits. */
final class RecipeFile {
    private final String name;
    private final JsonObject json;
    private final Set<String> known = new TreeSet<>();

    private RecipeFile(String name, JsonObject json) {
        this.name = name;
        this.json = json;
    }

    static RecipeFile empty() {
        return new RecipeFile("the default recipe", new JsonObject());
    }

    static RecipeFile read(Path file) {
        try {
            if (JsonParser.parseString(Files.readString(file)) instanceof JsonObject object) {
                return new RecipeFile(file.toString(), object);
            }
            throw new OptionException(file + " is no recipe: it must hold one JSON object, {\"epochs\": 6, ...}");
        } catch (NoSuchFileException e) {
            throw new OptionException(file + " does not exist; --config names a recipe", e);
        } catch (IOException e) {
            throw new OptionException(file + " cannot be read: " + e, e);
        } catch (JsonParseException e) {
            throw new OptionException(file + " is no JSON: " + e.getMessage(), e);
        }
    }

    /** How messages name it. */
    String name() {
        return name;
    }

    int whole(String key, int fallback, int min, int max) {
        String limits = "a whole number between " + min + " and " + max;
        long value = large(key, fallback, limits);
        if (value < min || value > max) {
            throw wrong(key, limits);
        }
        return (int) value;
    }

    long large(String key, long fallback) {
        return large(key, fallback, "a whole number");
    }

    private long large(String key, long fallback, String limits) {
        JsonElement value = get(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof JsonPrimitive number && number.isNumber())) {
            throw wrong(key, limits);
        }
        try {
            return number.getAsBigDecimal().longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw wrong(key, limits);
        }
    }

    /** At least 0 and below 1. */
    double share(String key, double fallback) {
        String limits = "a number, at least 0 and below 1";
        double value = real(key, fallback, limits);
        if (!(value >= 0 && value < 1)) {
            throw wrong(key, limits);
        }
        return value;
    }

    double positive(String key, double fallback) {
        String limits = "a number above 0";
        double value = real(key, fallback, limits);
        if (!(value > 0)) {
            throw wrong(key, limits);
        }
        return value;
    }

    double notNegative(String key, double fallback) {
        String limits = "a number, at least 0";
        double value = real(key, fallback, limits);
        if (!(value >= 0)) {
            throw wrong(key, limits);
        }
        return value;
    }

    private double real(String key, double fallback, String limits) {
        JsonElement value = get(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof JsonPrimitive number && number.isNumber()) || !Double.isFinite(value.getAsDouble())) {
            throw wrong(key, limits);
        }
        return value.getAsDouble();
    }

    boolean truth(String key, boolean fallback) {
        JsonElement value = get(key);
        if (value == null) {
            return fallback;
        }
        if (!(value instanceof JsonPrimitive truth && truth.isBoolean())) {
            throw wrong(key, "true or false");
        }
        return value.getAsBoolean();
    }

    /** One of these texts, in any case. */
    String oneOf(String key, String fallback, String... allowed) {
        JsonElement value = get(key);
        if (value == null) {
            return fallback;
        }
        String text = value instanceof JsonPrimitive primitive && primitive.isString() ? value.getAsString() : "";
        return Arrays.stream(allowed)
                .filter(one -> one.equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> wrong(key, "one of " + String.join(", ", allowed)));
    }

    /** {@code frozen}, {@code all}, or the number of a stage. */
    String trainEncoder(String key, String fallback) {
        JsonElement value = get(key);
        if (value == null) {
            return fallback;
        }
        String text = value.isJsonPrimitive() ? value.getAsString().toLowerCase(Locale.ROOT) : "";
        if (!text.matches("frozen|all|\\d{1,2}")) {
            throw wrong(key, "\"frozen\", \"all\" or the number of the first stage that is trained");
        }
        return text;
    }

    boolean hasAny(String... keys) {
        return Arrays.stream(keys).anyMatch(json::has);
    }

    /** Refuses keys that were not asked for. */
    void requireNothingElse() {
        for (String key : json.keySet()) {
            if (!known.contains(key)) {
                throw new OptionException(name + ": " + key + " is not known; keys are " + String.join(", ", known));
            }
        }
    }

    private @Nullable JsonElement get(String key) {
        known.add(key);
        return json.get(key);
    }

    private OptionException wrong(String key, String limits) {
        return new OptionException(name + ": " + key + " is " + json.get(key) + "; it must be " + limits);
    }
}
