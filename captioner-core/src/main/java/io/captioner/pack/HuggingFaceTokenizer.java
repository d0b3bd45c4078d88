package io.captioner.pack;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.ModelException;
import io.captioner.io.StrictJson;
import io.captioner.text.SubwordTokenizer;
import io.captioner.text.Tokenizer.SpecialIds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The words of a captioner in Hugging Face's layout: {@code tokenizer.json}, or, in its place, GPT-2's {@code vocab.json} and {@code merges.txt},
 * or BERT's {@code vocab.txt}.
 *
 * @param blip whether the words are BERT's, as BLIP's are, and not GPT-2's
 */
record HuggingFaceTokenizer(Path folder, boolean blip) {
    /**
     * @param words how many the model has
     * @throws ModelException where the files are damaged, or of another model
     */
    SubwordTokenizer read(int words, SpecialIds special) {
        String file = folder + "/tokenizer.json";
        String json = text();
        SubwordTokenizer.parse(json, file, new SpecialIds(0, 0, 0, List.of())); // refuses damage
        SubwordTokenizer tokenizer = SubwordTokenizer.parse(filledUp(json, file, words), file, special);
        if (tokenizer.size() != words) {
            throw new ModelException(folder + ": the tokenizer has " + tokenizer.size() + " pieces, the model " + words
                    + " words; take the tokenizer of this model");
        }
        return tokenizer;
    }

    /** {@code tokenizer.json}, or what older files say in its words. */
    private String text() {
        if (Files.exists(folder.resolve("tokenizer.json"))) {
            return JsonReader.text(folder.resolve("tokenizer.json"));
        }
        return (blip ? bert() : gpt2()).toString();
    }

    private JsonObject bert() {
        JsonObject vocabulary = new JsonObject();
        JsonArray added = new JsonArray();
        JsonReader.text(folder.resolve("vocab.txt")).lines().forEach(word -> {
            if (word.startsWith("[") && word.endsWith("]") && !word.startsWith("[unused") && word.length() > 2) {
                added.add(addedToken(word, vocabulary.size()));
            }
            vocabulary.addProperty(word, vocabulary.size());
        });
        JsonObject model = typed("WordPiece");
        model.addProperty("max_input_chars_per_word", 100);
        model.add("vocab", vocabulary);
        JsonObject root = new JsonObject();
        root.add("normalizer", typed("BertNormalizer"));
        root.add("pre_tokenizer", typed("BertPreTokenizer"));
        root.add("decoder", typed("WordPiece"));
        root.add("added_tokens", added);
        root.add("model", model);
        return root;
    }

    private JsonObject gpt2() {
        JsonArray merges = new JsonArray();
        JsonReader.text(folder.resolve("merges.txt"))
                .lines()
                .filter(line -> !line.startsWith("#version") && !line.isEmpty())
                .forEach(merges::add);
        JsonObject vocabulary = JsonReader.open(folder.resolve("vocab.json")).json();
        JsonArray added = new JsonArray();
        JsonElement end = vocabulary.get("<|endoftext|>");
        if (end != null) {
            added.add(addedToken("<|endoftext|>", end.getAsInt()));
        }
        JsonObject model = typed("BPE");
        model.add("vocab", vocabulary);
        model.add("merges", merges);
        JsonObject root = new JsonObject();
        root.add("pre_tokenizer", typed("ByteLevel"));
        root.add("decoder", typed("ByteLevel"));
        root.add("added_tokens", added);
        root.add("model", model);
        return root;
    }

    /** A model may have more words than its tokenizer, BLIP's start for one; they become special pieces, which no text shows. */
    private static String filledUp(String json, String file, int words) {
        JsonObject root = RecordReader.object(StrictJson.parse(json, file, ModelException::new), "the tokenizer");
        Set<Integer> ids = new HashSet<>();
        root.getAsJsonObject("model")
                .getAsJsonObject("vocab")
                .entrySet()
                .forEach(entry -> ids.add(entry.getValue().getAsInt()));
        if (!root.has("added_tokens") || root.get("added_tokens").isJsonNull()) {
            root.add("added_tokens", new JsonArray());
        }
        JsonArray added = root.getAsJsonArray("added_tokens");
        added.forEach(token -> ids.add(token.getAsJsonObject().get("id").getAsInt()));
        int before = ids.size();
        for (int id = 0; id < words && ids.size() < words; id++) {
            if (ids.add(id)) {
                added.add(addedToken("[word-" + id + "]", id));
            }
        }
        return ids.size() == before ? json : root.toString();
    }

    private static JsonObject typed(String type) {
        JsonObject object = new JsonObject();
        object.addProperty("type", type);
        return object;
    }

    private static JsonObject addedToken(String content, int id) {
        JsonObject token = new JsonObject();
        token.addProperty("id", id);
        token.addProperty("content", content);
        token.addProperty("special", true);
        return token;
    }
}
