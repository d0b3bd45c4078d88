package io.captioner.text;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.captioner.ModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A tokenizer of Hugging Face: {@code tokenizer.json} of byte-level BPE (GPT-2) or of BERT's WordPiece. Ids and texts are those of the
 * library {@code tokenizers}. Immutable and thread-safe.
 */
public final class SubwordTokenizer implements Tokenizer {
    private final String json;
    private final Map<String, Integer> ids;
    private final String[] pieces;
    private final Set<Integer> specialPieces;
    private final @Nullable Pattern added;
    private final Pieces model;
    private final List<Integer> before;
    private final List<Integer> behind;
    private final SpecialIds special;

    private SubwordTokenizer(SubwordTokenizer of, SpecialIds special) {
        this.json = of.json;
        this.ids = of.ids;
        this.pieces = of.pieces;
        this.specialPieces = of.specialPieces;
        this.added = of.added;
        this.model = of.model;
        this.before = of.before;
        this.behind = of.behind;
        this.special = special;
    }

    private SubwordTokenizer(String json, JsonObject root, String file) {
        this.json = json;
        JsonObject modelJson = root.getAsJsonObject("model");
        this.ids = new HashMap<>();
        modelJson
                .getAsJsonObject("vocab")
                .entrySet()
                .forEach(entry -> ids.put(
                        entry.getKey(), entry.getValue().getAsBigDecimal().intValueExact()));
        this.specialPieces = new HashSet<>();
        List<String> literals = new ArrayList<>();
        for (JsonElement element : list(root.get("added_tokens"))) {
            JsonObject token = element.getAsJsonObject();
            String content = token.get("content").getAsString();
            int id = token.get("id").getAsBigDecimal().intValueExact();
            ids.put(content, id);
            literals.add(content);
            if (token.get("special").getAsBoolean()) {
                specialPieces.add(id);
            }
        }
        this.pieces = pieces(ids, file);
        // the longest first, so that no token hides a longer one
        literals.sort((a, b) -> b.length() - a.length());
        this.added = literals.isEmpty()
                ? null
                : Pattern.compile(
                        String.join("|", literals.stream().map(Pattern::quote).toList()));
        this.model = TokenizerJson.model(root, ids, file);
        List<List<Integer>> around = TokenizerJson.around(root, ids);
        this.before = around.get(0);
        this.behind = around.get(1);
        this.special = new SpecialIds(0, 0, 0, List.of());
    }

    private static String[] pieces(Map<String, Integer> ids, String file) {
        String[] pieces = new String[ids.size()];
        ids.forEach((piece, id) -> {
            if (id < 0 || id >= pieces.length || pieces[id] != null) {
                throw new ModelException(file + " has " + ids.size() + " pieces, but id " + id + " of '" + piece
                        + "' is beyond or twice");
            }
            pieces[id] = piece;
        });
        return pieces;
    }

    /**
     * Reads the text of a {@code tokenizer.json}.
     *
     * @param file how messages name it
     * @param special what begins and ends a caption of the model
     * @throws ModelException when it is damaged, or of another kind
     */
    public static SubwordTokenizer parse(String json, String file, SpecialIds special) {
        try {
            SubwordTokenizer read =
                    new SubwordTokenizer(json, JsonParser.parseString(json).getAsJsonObject(), file);
            for (int id : List.of(special.start(), special.end(), special.padding())) {
                if (id < 0 || id >= read.size()) {
                    throw new ModelException(
                            file + ": special id " + id + " is none of its " + read.size() + " pieces");
                }
            }
            return new SubwordTokenizer(read, special);
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | ClassCastException
                | UnsupportedOperationException
                | IndexOutOfBoundsException
                | ArithmeticException
                | NumberFormatException e) {
            throw new ModelException(file + " is no tokenizer.json of Hugging Face: " + e, e);
        }
    }

    private static Iterable<JsonElement> list(@Nullable JsonElement element) {
        return element == null || element.isJsonNull() ? new JsonArray() : element.getAsJsonArray();
    }

    /** The text of the {@code tokenizer.json}. */
    public String toJson() {
        return json;
    }

    /** The ids of a text, with what the tokenizer puts before and behind it ([CLS] and [SEP] of BERT's). */
    public List<Integer> encode(String text) {
        List<Integer> encoded = new ArrayList<>(before);
        int from = 0;
        if (added != null) {
            Matcher matcher = added.matcher(text);
            while (matcher.find()) {
                encodePart(text.substring(from, matcher.start()), encoded);
                encoded.add(Objects.requireNonNull(ids.get(matcher.group()), "every added token has an id"));
                from = matcher.end();
            }
        }
        encodePart(text.substring(from), encoded);
        encoded.addAll(behind);
        return encoded;
    }

    @Override
    public List<Integer> ids(String words) {
        List<Integer> encoded = encode(words);
        return List.copyOf(encoded.subList(before.size(), encoded.size() - behind.size()));
    }

    private void encodePart(String text, List<Integer> encoded) {
        if (!text.isEmpty()) {
            encoded.addAll(model.encode(text, ids::get));
        }
    }

    /** The text of ids, with or without special pieces. */
    public String decode(List<Integer> encoded, boolean skipSpecial) {
        return model.decode(encoded.stream()
                .filter(id -> !skipSpecial || !specialPieces.contains(id))
                .map(id -> pieces[id])
                .toList());
    }

    @Override
    public int size() {
        return pieces.length;
    }

    @Override
    public SpecialIds special() {
        return special;
    }

    /** One piece as text: of byte-level BPE with the space before it, if it begins a word. */
    @Override
    public String word(int id) {
        if (id < 0 || id >= pieces.length) {
            throw new IllegalArgumentException("there is no piece " + id + "; ids are 0 to " + (pieces.length - 1));
        }
        return model.decode(List.of(pieces[id]));
    }

    /** The id of a piece as the tokenizer writes it, else of a word that is one piece. */
    @Override
    public int id(String word) {
        Integer id = find(word);
        if (id == null) {
            throw new IllegalArgumentException("'" + word + "' is no single piece");
        }
        return id;
    }

    @Override
    public boolean contains(String word) {
        return find(word) != null;
    }

    private @Nullable Integer find(String word) {
        Integer exact = ids.get(word);
        // GPT-2 writes a word with the space before it
        List<Integer> alone = model.encode(model instanceof ByteLevelBpe ? " " + word : word, ids::get);
        return exact == null && alone.size() == 1 && contains(alone.get(0)) ? alone.get(0) : exact;
    }

    private boolean contains(int id) {
        return !specialPieces.contains(id);
    }

    @Override
    public String text(long... encoded) {
        List<Integer> shown = new ArrayList<>();
        for (long id : encoded) {
            if (id == special.end() && !shown.isEmpty()) {
                break;
            }
            shown.add((int) id);
        }
        return decode(shown, true).strip();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SubwordTokenizer tokenizer
                && json.equals(tokenizer.json)
                && special.equals(tokenizer.special);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }

    @Override
    public String toString() {
        return pieces.length + " pieces";
    }
}
