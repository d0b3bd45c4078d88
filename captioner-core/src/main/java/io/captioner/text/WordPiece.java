package io.captioner.text;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * BERT's word pieces: text is cleaned, cut at spaces and around punctuation, and each word taken apart from the left, the longest known
 * piece first; pieces behind the first carry a prefix.
 *
 * @param unknown id of a word that cannot be taken apart
 * @param prefix of pieces that continue a word, {@code ##}
 * @param maxCharacters words above are unknown
 * @param lowerCase whether letters are made small
 * @param stripAccents whether accents are taken off
 * @param cleanText whether control characters are dropped
 * @param spaceChinese whether Chinese characters are words of their own
 */
record WordPiece(
        int unknown,
        String prefix,
        int maxCharacters,
        boolean lowerCase,
        boolean stripAccents,
        boolean cleanText,
        boolean spaceChinese)
        implements Pieces {
    private static final Pattern SPACES = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String ASCII_SYMBOLS = "$+<=>^`|~";

    /** How English is written, from how it was cut apart: what, and what becomes of it, in turn. */
    private static final String[][] CONTRACTIONS = {
        {" .", "."},
        {" ?", "?"},
        {" !", "!"},
        {" ,", ","},
        {" ' ", "'"},
        {" n't", "n't"},
        {" 'm", "'m"},
        {" do not", " don't"},
        {" 's", "'s"},
        {" 've", "'ve"},
        {" 're", "'re"}
    };

    @Override
    public List<Integer> encode(String text, Function<String, @Nullable Integer> ids) {
        List<Integer> encoded = new ArrayList<>();
        for (String word : SPACES.split(separated(normalised(text)))) {
            if (!word.isEmpty()) {
                encoded.addAll(pieces(word, ids));
            }
        }
        return encoded;
    }

    private String normalised(String text) {
        StringBuilder kept = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (!cleanText || !isDropped(c)) {
                boolean alone = spaceChinese && isChinese(c);
                kept.append(alone ? " " : "")
                        .appendCodePoint(cleanText && isSpace(c) ? ' ' : c)
                        .append(alone ? " " : "");
            }
        });
        String plain = kept.toString();
        if (stripAccents) {
            StringBuilder bare = new StringBuilder();
            Normalizer.normalize(plain, Normalizer.Form.NFD)
                    .codePoints()
                    .filter(c -> Character.getType(c) != Character.NON_SPACING_MARK)
                    .forEach(bare::appendCodePoint);
            plain = bare.toString();
        }
        if (lowerCase) {
            // letter by letter, as BERT's: a sigma at the end of a word stays a sigma
            StringBuilder small = new StringBuilder();
            plain.codePoints().map(Character::toLowerCase).forEach(small::appendCodePoint);
            plain = small.toString();
        }
        return plain;
    }

    private static boolean isDropped(int c) {
        if (c == '\t' || c == '\n' || c == '\r') {
            return false;
        }
        int type = Character.getType(c);
        return c == 0
                || c == 0xfffd
                || type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.PRIVATE_USE;
    }

    private static boolean isSpace(int c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == 0x85;
    }

    private static boolean isChinese(int c) {
        return c >= 0x4E00 && c <= 0x9FFF
                || c >= 0x3400 && c <= 0x4DBF
                || c >= 0x20000 && c <= 0x2A6DF
                || c >= 0x2A700 && c <= 0x2B73F
                || c >= 0x2B740 && c <= 0x2B81F
                || c >= 0x2B920 && c <= 0x2CEAF
                || c >= 0xF900 && c <= 0xFAFF
                || c >= 0x2F800 && c <= 0x2FA1F;
    }

    /** Spaces around each mark of punctuation. */
    private static String separated(String text) {
        StringBuilder separated = new StringBuilder();
        text.codePoints().forEach(c -> {
            if (isPunctuation(c)) {
                separated.append(' ').appendCodePoint(c).append(' ');
            } else {
                separated.appendCodePoint(c);
            }
        });
        return separated.toString();
    }

    private static boolean isPunctuation(int c) {
        return switch (Character.getType(c)) {
            case Character.CONNECTOR_PUNCTUATION,
                    Character.DASH_PUNCTUATION,
                    Character.START_PUNCTUATION,
                    Character.END_PUNCTUATION,
                    Character.INITIAL_QUOTE_PUNCTUATION,
                    Character.FINAL_QUOTE_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            default -> ASCII_SYMBOLS.indexOf(c) >= 0;
        };
    }

    private List<Integer> pieces(String word, Function<String, @Nullable Integer> ids) {
        if (word.codePointCount(0, word.length()) > maxCharacters) {
            return List.of(unknown);
        }
        List<Integer> pieces = new ArrayList<>();
        int from = 0;
        while (from < word.length()) {
            int to = word.length();
            Integer id = null;
            while (to > from && id == null) {
                id = ids.apply((from > 0 ? prefix : "") + word.substring(from, to));
                to = id == null ? word.offsetByCodePoints(to, -1) : to;
            }
            if (id == null) {
                return List.of(unknown);
            }
            pieces.add(id);
            from = to;
        }
        return pieces;
    }

    @Override
    public String decode(List<String> pieces) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < pieces.size(); i++) {
            String piece = pieces.get(i);
            if (i > 0) {
                piece = piece.startsWith(prefix) ? piece.substring(prefix.length()) : " " + piece;
            }
            for (String[] contraction : CONTRACTIONS) {
                piece = piece.replace(contraction[0], contraction[1]);
            }
            text.append(piece);
        }
        return text.toString();
    }
}
