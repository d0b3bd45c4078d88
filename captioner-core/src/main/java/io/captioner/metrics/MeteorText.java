package io.captioner.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * METEOR's own way to words, its option {@code -norm}: signs stand alone, hyphens between letters separate, a full stop stays where it
 * belongs to an abbreviation. Immutable and thread-safe.
 */
final class MeteorText {
    private static final String LETTERS =
            "A-Za-z\u0160\u017d\u0161\u017e\u0178\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017e\u0400-\u04ff"
                    + "\u0500-\u0527\ua640-\ua66e\ua67e-\ua697\u1d00-\u1d7f";
    private static final String LETTERS_AND_DIGITS = LETTERS + "0-9";

    /** A pattern and what takes its place; in this order, each once over the text. */
    private record Rewrite(Pattern pattern, String replacement) {
        Rewrite(String pattern, String replacement) {
            this(Pattern.compile(pattern), replacement);
        }
    }

    private static final List<Rewrite> REWRITES = List.of(
            new Rewrite("[^" + LETTERS_AND_DIGITS + "\\s.'`,\\-\u2018\u2019]", " $0 "),
            new Rewrite("\\.{2,}", " $0 "),
            new Rewrite("(\\D),(\\D)", "$1 , $2"),
            new Rewrite("(\\d),(\\D)", "$1 , $2"),
            new Rewrite("(\\D),(\\d)", "$1 , $2"),
            new Rewrite("[`\u2018\u2019]", "'"),
            new Rewrite("[\u201c\u201d]|''", " \" "),
            new Rewrite("\u2013|--", "-"),
            new Rewrite("([" + LETTERS_AND_DIGITS + ".])-([" + LETTERS_AND_DIGITS + "])", "$1 $2"),
            // an apostrophe stands alone, or begins what follows a letter: don't is don 't
            new Rewrite("([^" + LETTERS + "])'([^" + LETTERS + "])", "$1 ' $2"),
            new Rewrite("([^" + LETTERS_AND_DIGITS + "])'([" + LETTERS + "])", "$1 ' $2"),
            new Rewrite("([" + LETTERS + "])'([^" + LETTERS + "])", "$1 ' $2"),
            new Rewrite("([" + LETTERS + "])'([" + LETTERS + "])", "$1 '$2"),
            new Rewrite("(\\d)'(s)", "$1 '$2"));
    private static final Pattern LETTER = Pattern.compile("[" + LETTERS + "]");
    private static final Pattern BLANK = Pattern.compile("[\\s\u00a0\u2000-\u200b\u202f\u205f\u3000]+");

    /** Beginnings of abbreviations, and whether they are so only before a number. */
    private final Map<String, Boolean> abbreviations;

    /** @param abbreviations without their full stop; true where only a number behind makes it one */
    MeteorText(Map<String, Boolean> abbreviations) {
        this.abbreviations = Map.copyOf(abbreviations);
    }

    List<String> words(String text) {
        String rewritten = " " + text + " ";
        for (Rewrite rewrite : REWRITES) {
            rewritten = rewrite.pattern().matcher(rewritten).replaceAll(rewrite.replacement());
        }
        List<String> tokens = new ArrayList<>();
        StringTokenizer rest = new StringTokenizer(rewritten);
        while (rest.hasMoreTokens()) {
            tokens.add(rest.nextToken());
        }
        List<String> words = new ArrayList<>();
        for (int i = 0; i < tokens.size(); i++) {
            splitFullStop(tokens.get(i), i + 1 < tokens.size() ? tokens.get(i + 1) : "", words);
        }
        return words;
    }

    private void splitFullStop(String token, String next, List<String> words) {
        String before = token.substring(0, token.length() - 1);
        if (!token.endsWith(".") || before.isEmpty() || before.endsWith(".")) {
            add(token, words);
        } else if (before.contains(".") && LETTER.matcher(before).find()) {
            add(before.replace(".", ""), words); // u.s. is us
        } else {
            Boolean onlyBeforeNumbers = abbreviations.get(before);
            boolean kept = Boolean.FALSE.equals(onlyBeforeNumbers)
                    || !next.isEmpty() && next.charAt(0) >= 'a' && next.charAt(0) <= 'z'
                    || onlyBeforeNumbers != null && !next.isEmpty() && Character.isDigit(next.charAt(0));
            add(kept ? token : before, words);
            if (!kept) {
                words.add(".");
            }
        }
    }

    private static void add(String token, List<String> words) {
        Matcher blanks = BLANK.matcher(token);
        if (!blanks.find()) {
            words.add(token.toLowerCase(Locale.ROOT));
            return;
        }
        for (String part : BLANK.split(token)) {
            if (!part.isEmpty()) {
                words.add(part.toLowerCase(Locale.ROOT));
            }
        }
    }
}
