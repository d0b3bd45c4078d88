package io.captioner.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Splits raw captions into words. */
public final class Words {
    private Words() {}

    /**
     * The words of a raw caption, as Karpathy's data sets split them: lower case, a hyphen separates, every other character that is neither a
     * letter nor a digit is dropped ({@code "A man's T-shirt."} gives a, mans, t, shirt). May be empty. Data sets that bring their own words
     * are not split again.
     */
    public static List<String> tokenize(String raw) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        raw.toLowerCase(Locale.ROOT).codePoints().forEach(c -> {
            if (Character.isLetterOrDigit(c) || isMark(c)) {
                word.appendCodePoint(c);
            } else if (Character.isWhitespace(c)
                    || Character.isSpaceChar(c)
                    || Character.getType(c) == Character.DASH_PUNCTUATION) {
                end(word, words);
            }
        });
        end(word, words);
        return List.copyOf(words);
    }

    /** Accents and vowel signs that stand as characters of their own belong to the letter before them. */
    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
    }

    private static void end(StringBuilder word, List<String> words) {
        if (!word.isEmpty()) {
            words.add(word.toString());
            word.setLength(0);
        }
    }
}
