package io.captioner.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The parts of a {@code tokenizer.json} that captioner knows. Others are refused by name, as ids would silently be wrong. */
final class TokenizerJson {
    private TokenizerJson() {}

    static Pieces model(JsonObject root, Map<String, Integer> ids, String file) {
        JsonObject model = root.getAsJsonObject("model");
        String type = text(model, "type", model.has("merges") ? "BPE" : "WordPiece");
        JsonObject normalizer = part(root, "normalizer");
        JsonObject splitter = part(root, "pre_tokenizer");
        JsonObject decoder = part(root, "decoder");
        if (type.equals("BPE")) {
            require(file, "normalizer", normalizer, null);
            require(file, "pre_tokenizer", splitter, "ByteLevel");
            require(file, "decoder", decoder, "ByteLevel");
            return new ByteLevelBpe(merges(model.getAsJsonArray("merges")), flag(splitter, "add_prefix_space", false));
        }
        if (type.equals("WordPiece")) {
            require(file, "normalizer", normalizer, "BertNormalizer");
            require(file, "pre_tokenizer", splitter, "BertPreTokenizer");
            require(file, "decoder", decoder, "WordPiece");
            boolean lowerCase = flag(normalizer, "lowercase", true);
            return new WordPiece(
                    Objects.requireNonNull(ids.get(text(model, "unk_token", "[UNK]")), "the unknown piece"),
                    text(model, "continuing_subword_prefix", "##"),
                    model.get("max_input_chars_per_word").getAsInt(),
                    lowerCase,
                    flag(normalizer, "strip_accents", lowerCase),
                    flag(normalizer, "clean_text", true),
                    flag(normalizer, "handle_chinese_chars", true));
        }
        throw new ModelException(file + ": model is " + type + "; BPE and WordPiece can be read");
    }

    /** Two words a merge, in a list or with a space between. */
    private static List<List<String>> merges(JsonArray merges) {
        List<List<String>> pairs = new ArrayList<>();
        for (JsonElement merge : merges) {
            pairs.add(
                    merge.isJsonArray()
                            ? List.of(
                                    merge.getAsJsonArray().get(0).getAsString(),
                                    merge.getAsJsonArray().get(1).getAsString())
                            : Arrays.asList(merge.getAsString().split(" ", 2)));
        }
        return pairs;
    }

    /** Ids before and behind a single text. */
    static List<List<Integer>> around(JsonObject root, Map<String, Integer> ids) {
        List<Integer> before = new ArrayList<>();
        List<Integer> behind = new ArrayList<>();
        JsonObject template = part(root, "post_processor");
        if (text(template, "type", "").equals("TemplateProcessing")) {
            List<Integer> side = before;
            for (JsonElement element : template.getAsJsonArray("single")) {
                JsonObject piece = element.getAsJsonObject();
                if (piece.has("Sequence")) {
                    side = behind;
                } else {
                    String name =
                            piece.getAsJsonObject("SpecialToken").get("id").getAsString();
                    side.add(Objects.requireNonNull(ids.get(name), name));
                }
            }
        } else if (text(template, "type", "").equals("BertProcessing")) {
            before.add(template.getAsJsonArray("cls").get(1).getAsInt());
            behind.add(template.getAsJsonArray("sep").get(1).getAsInt());
        }
        return List.of(before, behind);
    }

    private static JsonObject part(JsonObject root, String name) {
        JsonElement part = root.get(name);
        return part == null || part.isJsonNull() ? new JsonObject() : part.getAsJsonObject();
    }

    private static void require(String file, String name, JsonObject part, @Nullable String type) {
        String found = text(part, "type", "none");
        if (!found.equals(type == null ? "none" : type)) {
            throw new ModelException(file + ": " + name + " is " + found + "; with this model, "
                    + (type == null ? "none" : type) + " can be read");
        }
    }

    private static String text(JsonObject object, String name, String otherwise) {
        JsonElement value = object.get(name);
        return value == null || value.isJsonNull() ? otherwise : value.getAsString();
    }

    private static boolean flag(JsonObject object, String name, boolean otherwise) {
        JsonElement value = object.get(name);
        return value == null || value.isJsonNull() ? otherwise : value.getAsBoolean();
    }
}
