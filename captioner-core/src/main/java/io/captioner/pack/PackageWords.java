package io.captioner.pack;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.ModelException;
import io.captioner.text.SubwordTokenizer;
import io.captioner.text.Tokenizer;
import io.captioner.text.Tokenizer.SpecialIds;
import io.captioner.text.Vocabulary;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a package keeps its words: {@code vocabulary.txt}, whose special ids are always the same, or {@code tokenizer.json} with ids of its
 * own.
 *
 * @param special ids of a tokenizer, none for a vocabulary
 */
record PackageWords(@Nullable SpecialIds special) {
    private static final List<String> NAMES = List.of("start", "end", "padding", "earlyStopping");

    static PackageWords of(Tokenizer words) {
        return new PackageWords(words instanceof Vocabulary ? null : words.special());
    }

    /** The file of the package. */
    String file() {
        return special == null ? PackageFiles.VOCABULARY : PackageFiles.TOKENIZER;
    }

    /** What is written into that file. */
    static String text(Tokenizer words) {
        if (words instanceof Vocabulary vocabulary) {
            return vocabulary.toText();
        }
        if (words instanceof SubwordTokenizer tokenizer) {
            return tokenizer.toJson();
        }
        throw new ModelException("a " + words.getClass().getName() + " cannot be saved in a package");
    }

    Tokenizer read(PackageFiles files) {
        if (special != null) {
            return SubwordTokenizer.parse(files.text(file()), files.name(file()), special);
        }
        return files.read(file(), stream -> Vocabulary.read(stream, files.name(file())));
    }

    JsonObject toJson() {
        JsonObject json = new JsonObject();
        if (special == null) {
            for (int id = 0; id < Vocabulary.SPECIAL.size(); id++) {
                json.addProperty(Vocabulary.SPECIAL.get(id), id);
            }
        } else {
            json.addProperty("start", special.start());
            json.addProperty("end", special.end());
            json.addProperty("padding", special.padding());
            json.addProperty("earlyStopping", special.earlyStopping());
        }
        return json;
    }

    static PackageWords read(JsonElement json, String where) {
        PackageWords words = new PackageWords(null);
        if (json.equals(words.toJson())) {
            return words;
        }
        if (json.isJsonObject() && json.getAsJsonObject().keySet().equals(Set.copyOf(NAMES))) {
            JsonObject ids = json.getAsJsonObject();
            try {
                return new PackageWords(new SpecialIds(
                        ids.get("start").getAsBigDecimal().intValueExact(),
                        ids.get("end").getAsBigDecimal().intValueExact(),
                        ids.get("padding").getAsBigDecimal().intValueExact(),
                        List.of(),
                        ids.get("earlyStopping").getAsBoolean()));
            } catch (NumberFormatException
                    | ArithmeticException
                    | UnsupportedOperationException
                    | IllegalStateException e) {
                throw new ModelException(where + " is " + json + "; its values must be ids", e);
            }
        }
        throw new ModelException(where + " is " + json + "; it must be " + words.toJson() + " or have " + NAMES);
    }
}
