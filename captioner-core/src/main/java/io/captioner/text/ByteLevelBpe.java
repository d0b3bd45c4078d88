package io.captioner.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Byte pair encoding (Sennrich et al. 2016) over bytes, as GPT-2 has it: text is cut into words with the space before them, a word into
 * bytes, each byte written as a printable character; then the pair that was learned first is joined, over and over.
 */
final class ByteLevelBpe implements Pieces {
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    /** The character of each byte: itself where it is printable, else one from U+0100 on. */
    private static final char[] CHARACTERS = characters();

    private static final Map<Character, Byte> BYTES = bytes();

    private final Map<Pair, Integer> ranks;
    private final boolean spaceFirst;

    private record Pair(String left, String right) {}

    /**
     * @param merges pairs, the first learned first
     * @param spaceFirst whether a space is put before text that does not begin with one
     */
    ByteLevelBpe(List<List<String>> merges, boolean spaceFirst) {
        this.ranks = new HashMap<>();
        for (List<String> merge : merges) {
            ranks.putIfAbsent(new Pair(merge.get(0), merge.get(1)), ranks.size());
        }
        this.spaceFirst = spaceFirst;
    }

    private static char[] characters() {
        char[] characters = new char[256];
        char next = 256;
        for (int octet = 0; octet < 256; octet++) {
            boolean printable =
                    octet >= '!' && octet <= '~' || octet >= 0xa1 && octet <= 0xac || octet >= 0xae && octet <= 0xff;
            characters[octet] = printable ? (char) octet : next++;
        }
        return characters;
    }

    private static Map<Character, Byte> bytes() {
        Map<Character, Byte> bytes = new HashMap<>();
        for (int octet = 0; octet < 256; octet++) {
            bytes.put(CHARACTERS[octet], (byte) octet);
        }
        return bytes;
    }

    @Override
    public List<Integer> encode(String text, Function<String, @Nullable Integer> ids) {
        List<Integer> encoded = new ArrayList<>();
        Matcher words = WORDS.matcher(spaceFirst && !text.startsWith(" ") ? " " + text : text);
        while (words.find()) {
            for (String piece : pieces(words.group())) {
                Integer id = ids.apply(piece);
                if (id != null) {
                    encoded.add(id);
                }
            }
        }
        return encoded;
    }

    private List<String> pieces(String word) {
        List<String> pieces = new ArrayList<>();
        for (byte octet : word.getBytes(StandardCharsets.UTF_8)) {
            pieces.add(String.valueOf(CHARACTERS[octet & 0xff]));
        }
        while (true) {
            int best = -1;
            int bestRank = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < pieces.size(); i++) {
                int rank = ranks.getOrDefault(new Pair(pieces.get(i), pieces.get(i + 1)), Integer.MAX_VALUE);
                if (rank < bestRank) {
                    best = i;
                    bestRank = rank;
                }
            }
            if (best < 0) {
                return pieces;
            }
            pieces.set(best, pieces.get(best) + pieces.remove(best + 1));
        }
    }

    /** Bytes that are no UTF-8 become U+FFFD. */
    @Override
    public String decode(List<String> pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (String piece : pieces) {
            if (piece.chars().allMatch(c -> BYTES.containsKey((char) c))) {
                piece.chars()
                        .forEach(c -> bytes.write(Objects.requireNonNull(BYTES.get((char) c), "looked for above")));
            } else {
                bytes.writeBytes(piece.getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
