package io.captioner.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.OptionException;
import io.captioner.tags.Tags;
import io.captioner.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files that name the classes of a classifier, and the words that say them. */
final class TagFiles {
    private static final String BACKGROUND = "background";

    private TagFiles() {}

    /** Of how many labels a model knows every word of something that says them. */
    static long sayable(Tags tags, Tokenizer vocabulary) {
        return tags.sayings(Map.of()).stream()
                .filter(texts -> texts.stream()
                        .anyMatch(text -> List.of(text.split("\\s+")).stream().allMatch(vocabulary::contains)))
                .count();
    }

    /**
     * A label a line.
     *
     * @param classes of the classifier; one that does without TensorFlow's first class, {@code background}, may have one less than the file
     */
    static List<String> labels(Path file, long classes) {
        List<String> labels = new OptionFile("--labels", file)
                .text()
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        if (labels.size() == classes + 1 && labels.get(0).equals(BACKGROUND)) {
            return labels.subList(1, labels.size());
        }
        if (labels.size() != classes) {
            throw new OptionException("--labels " + file + " has " + labels.size() + " labels and the classifier "
                    + classes + " classes; name the labels of this classifier, a line each");
        }
        return labels;
    }

    /** A JSON object of labels, each with a list of words. */
    static Map<String, List<String>> words(String option, Path file) {
        OptionFile words = new OptionFile(option, file);
        JsonElement json = words.json(words.text());
        if (!json.isJsonObject()) {
            throw wrong(option, file, "it is " + json);
        }
        return words(option, file, json.getAsJsonObject());
    }

    private static Map<String, List<String>> words(String option, Path file, JsonObject json) {
        Map<String, List<String>> words = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : json.entrySet()) {
            JsonElement said = entry.getValue();
            List<String> texts = new ArrayList<>();
            for (JsonElement text : said.isJsonArray() ? said.getAsJsonArray() : new JsonArray()) {
                if (text.isJsonPrimitive() && text.getAsJsonPrimitive().isString()) {
                    texts.add(text.getAsString());
                }
            }
            if (!said.isJsonArray() || texts.size() < said.getAsJsonArray().size()) {
                throw wrong(option, file, "\"" + entry.getKey() + "\" has " + said);
            }
            words.put(entry.getKey(), texts);
        }
        return words;
    }

    private static OptionException wrong(String option, Path file, String why) {
        return new OptionException(
                option + " " + file + " must be a JSON object of labels with a list of words each, as"
                        + " {\"hotdog\": [\"hot dog\", \"food\"]}; " + why);
    }
}
