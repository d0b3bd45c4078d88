package io.captioner.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;

/**
 * Splits captions as coco-caption does before it counts: tokens of the Penn Treebank in lower case, without punctuation ({@code "A man's
 * hat."} gives {@code a}, {@code man}, {@code 's}, {@code hat}). Brackets stay, as {@code -lrb-} and {@code -rrb-}; a telephone number or a
 * fraction can be one token with no-break spaces (U+00A0) in it. Stateless and thread-safe.
 */
public final class PtbTokenizer {
    /** The name that signatures carry. */
    public static final String NAME = "ptb-1";

    /** What coco-caption takes out. Its brackets are in capitals, so that those of captions, in lower case by then, stay. */
    private static final Set<String> REMOVED =
            Set.of("''", "'", "``", "`", ".", "?", "!", ",", ":", "-", "--", "...", ";");

    private static final Set<String> RUN_TOGETHER = Set.of("cannot", "gonna", "wanna", "gotta", "lemme", "gimme");

    private PtbTokenizer() {}

    /** The words of a caption; may be empty. */
    public static List<String> tokenize(String caption) {
        List<String> tokens = tokens(caption);
        tokens.removeIf(REMOVED::contains);
        return tokens;
    }

    /** The words with the punctuation between them, in lower case. */
    static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>(16);
        int at = 0;
        while (at < text.length()) {
            char first = text.charAt(at);
            if (isBlank(first)) {
                at++;
                continue;
            }
            int end = plainEnd(text, at);
            if (end > at) {
                tokens.add(lower(text.substring(at, end)));
                at = end;
            } else {
                at = next(text, at, tokens);
            }
        }
        return tokens;
    }

    /**
     * The end of a word of plain letters, a comma, or the last full stop, between blanks: most tokens of most captions; {@code at} where it
     * is not that simple.
     */
    private static int plainEnd(String text, int at) {
        int end = at;
        while (end < text.length() && isPlainLetter(text.charAt(end))) {
            end++;
        }
        if (end == at && (text.charAt(at) == ',' || text.charAt(at) == '.' && isLast(text, at))) {
            end++;
        }
        boolean alone = end == text.length() || isBlank(text.charAt(end));
        boolean split = end - at >= 5
                && end - at <= 6
                && RUN_TOGETHER.contains(text.substring(at, end).toLowerCase(Locale.ROOT));
        return alone && !split ? end : at;
    }

    private static boolean isLast(String text, int at) {
        int next = at + 1;
        while (next < text.length() && isBlank(text.charAt(next))) {
            next++;
        }
        return next == text.length();
    }

    /** Adds the token at this place, or nothing where the sign there is dropped; returns the place behind it. */
    private static int next(String text, int at, List<String> tokens) {
        PtbRules.Rule best = null;
        int reach = at;
        int end = at;
        boolean ends = false;
        for (PtbRules.Rule rule : PtbRules.of(text.charAt(at))) {
            Matcher matcher = rule.pattern().matcher(text).region(at, text.length());
            matcher.useTransparentBounds(true).useAnchoringBounds(false);
            if (matcher.lookingAt() && matcher.end() > reach) {
                best = rule;
                reach = matcher.end();
                end = matcher.end(1);
                ends = rule.mayEndSentence() && reach > end;
            }
        }
        if (best == null) {
            return text.offsetByCodePoints(at, 1);
        }
        String token = lower(best.written().apply(text.substring(at, end)));
        if (!token.isEmpty()) {
            tokens.add(token);
        }
        if (ends) {
            tokens.add(".");
        }
        return end;
    }

    private static String lower(String token) {
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            if (c >= 'A' && c <= 'Z' || c > '~') {
                return token.toLowerCase(Locale.ROOT).replace("\u00ad", "");
            }
        }
        return token;
    }

    private static boolean isPlainLetter(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\n' || c == '\t' || c == '\r';
    }
}
