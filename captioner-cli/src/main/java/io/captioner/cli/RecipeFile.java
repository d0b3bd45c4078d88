package io.captioner.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import io.captioner.OptionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object of settings, and objects within that change some of them. Each is asked for with its default and limits; a wrong one is
 * refused by line, key, value and limits.
 */
final class RecipeFile {
    private final String name;
    private final String path;
    private final JsonObject json;
    private final RecipeLines lines;
    private final @Nullable RecipeFile base;
    private final Set<String> known = new TreeSet<>();

    private RecipeFile(String name, String path, JsonObject json, RecipeLines lines, @Nullable RecipeFile base) {
        this.name = name;
        this.path = path;
        this.json = json;
        this.lines = lines;
        this.base = base;
    }

    static RecipeFile empty() {
        return new RecipeFile("the default recipe", "", new JsonObject(), new RecipeLines("", "{}"), null);
    }

    static RecipeFile read(Path file) {
        OptionFile recipe = new OptionFile("--config", file);
        String text = recipe.text();
        if (recipe.json(text) instanceof JsonObject object) {
            return new RecipeFile(file.toString(), "", object, new RecipeLines(file.toString(), text), null);
        }
        throw new OptionException(file + " is no recipe: it must hold one JSON object, {\"epochs\": 6, ...}");
    }

    /** This one, with these values for what it does not say. */
    RecipeFile withDefaults(Map<String, Integer> values) {
        JsonObject defaults = new JsonObject();
        values.forEach(defaults::addProperty);
        return new RecipeFile(name, path, json, lines, new RecipeFile(name, path, defaults, lines, base));
    }

    /** The objects in the array of a key, each with what it does not say from this one; none where the key is not there. */
    List<RecipeFile> changes(String key) {
        String limits = "an array of one object or more, [{...}, {...}]";
        JsonElement value = get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof JsonArray array) || array.isEmpty()) {
            throw wrong(key, limits);
        }
        List<RecipeFile> changes = new ArrayList<>();
        for (JsonElement element : array) {
            if (!(element instanceof JsonObject object)) {
                throw wrong(key, limits);
            }
            changes.add(new RecipeFile(name, path + key + "[" + changes.size() + "].", object, lines, this));
        }
        return changes;
    }

    /** An object in this one; null where the key is not there. */
    @Nullable
    RecipeFile part(String key) {
        JsonElement value = get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof JsonObject object)) {
            throw wrong(key, "an object, {...}");
        }
        return new RecipeFile(name, holder(key).path + key + ".", object, lines, null);
    }

    /** Whether the key is there, here or in what this one changes; it is not known by that. */
    boolean says(String key) {
        return json.has(key) || base != null && base.says(key);
    }

    /** Texts; none where the key is not there. */
    List<String> texts(String key) {
        JsonElement value = get(key);
        List<String> texts = new ArrayList<>();
        if (value != null) {
            if (!(value instanceof JsonArray array)) {
                throw wrong(key, "an array of texts");
            }
            for (JsonElement element : array) {
                if (!(element instanceof JsonPrimitive text && text.isString())) {
                    throw wrong(key, "an array of texts");
                }
                texts.add(text.getAsString());
            }
        }
        return texts;
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

    /** Above 0, at most 1. */
    double fraction(String key, double fallback) {
        String limits = "a number above 0, at most 1";
        double value = real(key, fallback, limits);
        if (!(value > 0 && value <= 1)) {
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

    /** Both limits included. */
    double between(String key, double fallback, double min, double max) {
        String limits = "a number between " + min + " and " + max;
        double value = real(key, fallback, limits);
        if (!(value >= min && value <= max)) {
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
                .filter(one -> one.equalsIgnoreCase(text))
                .findFirst()
                .orElseThrow(() -> wrong(key, "one of " + String.join(", ", allowed)));
    }

    /** What a text, in lower case, stands for. */
    <T> T parsed(String key, String fallback, String limits, Function<String, Optional<T>> parser) {
        JsonElement value = get(key);
        String said = value != null && value.isJsonPrimitive() ? value.getAsString() : "";
        String text = value == null ? fallback : said.toLowerCase(Locale.ROOT);
        return parser.apply(text).orElseThrow(() -> wrong(key, limits));
    }

    /** Refuses keys that were not asked for. */
    void requireNothingElse() {
        for (String key : json.keySet()) {
            if (!known.contains(key)) {
                throw new OptionException(
                        at(key) + ": " + path + key + " is not known; keys are " + String.join(", ", known));
            }
        }
    }

    /** Refuses a key that has no effect here, with a sentence that says why. */
    void refuse(String key, String why) {
        if (json.has(key)) {
            throw new OptionException(at(key) + ": " + path + key + " " + why);
        }
        known.remove(key);
    }

    private @Nullable JsonElement get(String key) {
        known.add(key);
        JsonElement inherited = base == null ? null : base.get(key);
        return json.has(key) ? json.get(key) : inherited;
    }

    private OptionException wrong(String key, String limits) {
        RecipeFile holder = holder(key);
        return new OptionException(
                holder.at(key) + ": " + holder.path + key + " is " + holder.json.get(key) + "; it must be " + limits);
    }

    /** Where the value of a key stands. */
    private RecipeFile holder(String key) {
        return json.has(key) || base == null ? this : base.holder(key);
    }

    /** The file and, where the key stands in it, the line. */
    String at(String key) {
        RecipeFile holder = holder(key);
        return name + lines.of(holder.path + key);
    }
}
