package io.captioner.metrics;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Porter's second stemmer for English (snowballstem.org, "English (Porter2)", the version of 2012): {@code jumping}, {@code jumps} and
 * {@code jumped} all give {@code jump}. Stateless and thread-safe.
 */
final class EnglishStemmer {
    private static final String VOWELS = "aeiouy";
    private static final Map<String, String> SPECIAL = Map.ofEntries(
            Map.entry("skis", "ski"),
            Map.entry("skies", "sky"),
            Map.entry("dying", "die"),
            Map.entry("lying", "lie"),
            Map.entry("tying", "tie"),
            Map.entry("idly", "idl"),
            Map.entry("gently", "gentl"),
            Map.entry("ugly", "ugli"),
            Map.entry("early", "earli"),
            Map.entry("only", "onli"),
            Map.entry("singly", "singl"));
    private static final Set<String> INVARIANT = Set.of("sky", "news", "howe", "atlas", "cosmos", "bias", "andes");
    private static final Set<String> INVARIANT_AFTER_PLURAL =
            Set.of("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed");
    private static final List<String> LONG_STARTS = List.of("gener", "commun", "arsen");
    private static final Set<String> DOUBLES = Set.of("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt");

    /** A suffix and what stands in its place. Longer suffixes stand before those they end in. */
    private record Rule(String suffix, String replacement) {}

    private static final List<Rule> STEP_2 = rules(
            "ization>ize",
            "ational>ate",
            "fulness>ful",
            "ousness>ous",
            "iveness>ive",
            "tional>tion",
            "biliti>ble",
            "lessli>less",
            "entli>ent",
            "ation>ate",
            "alism>al",
            "aliti>al",
            "ousli>ous",
            "iviti>ive",
            "fulli>ful",
            "enci>ence",
            "anci>ance",
            "abli>able",
            "izer>ize",
            "ator>ate",
            "alli>al",
            "bli>ble",
            "ogi>og",
            "li>");
    private static final List<Rule> STEP_3 = rules(
            "ational>ate", "tional>tion", "alize>al", "icate>ic", "iciti>ic", "ative>", "ical>ic", "ness>", "ful>");
    private static final List<Rule> STEP_4 = rules(
            "ement>", "ance>", "ence>", "able>", "ible>", "ment>", "ant>", "ent>", "ism>", "ate>", "iti>", "ous>",
            "ive>", "ize>", "ion>", "al>", "er>", "ic>");

    private final StringBuilder word;

    /** Where the regions begin: behind the first consonant that follows a vowel, and the same again from there. */
    private final int region1;

    private final int region2;

    private EnglishStemmer(String word) {
        this.word = new StringBuilder(word);
        if (this.word.charAt(0) == '\'') {
            this.word.deleteCharAt(0);
        }
        markConsonantY();
        int first = LONG_STARTS.stream()
                .filter(start -> this.word.indexOf(start) == 0)
                .mapToInt(String::length)
                .findFirst()
                .orElse(-1);
        region1 = first >= 0 ? first : behindVowelAndConsonant(0);
        region2 = behindVowelAndConsonant(region1);
    }

    private static List<Rule> rules(String... rules) {
        return List.of(rules).stream()
                .map(rule -> new Rule(rule.substring(0, rule.indexOf('>')), rule.substring(rule.indexOf('>') + 1)))
                .toList();
    }

    /** The stem of a word in lower case. */
    static String stem(String word) {
        String special = SPECIAL.get(word);
        if (special != null) {
            return special;
        }
        return word.length() < 3 || INVARIANT.contains(word) ? word : new EnglishStemmer(word).stem();
    }

    private String stem() {
        removePossessive();
        removePlural();
        if (!INVARIANT_AFTER_PLURAL.contains(word.toString())) {
            removePast();
            replaceFinalY();
            replace(STEP_2, region1);
            replace(STEP_3, region1);
            replace(STEP_4, region2);
            removeFinal();
        }
        return word.toString().replace('Y', 'y');
    }

    /** A y that begins the word or follows a vowel is a consonant, written Y from here on. */
    private void markConsonantY() {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) == 'y' && (i == 0 || isVowel(i - 1))) {
                word.setCharAt(i, 'Y');
            }
        }
    }

    private int behindVowelAndConsonant(int from) {
        int at = from;
        while (at < word.length() && !isVowel(at)) {
            at++;
        }
        while (at < word.length() && isVowel(at)) {
            at++;
        }
        return Math.min(at + 1, word.length());
    }

    private boolean isVowel(int at) {
        return VOWELS.indexOf(word.charAt(at)) >= 0;
    }

    private boolean hasVowelBefore(int end) {
        for (int i = 0; i < end; i++) {
            if (isVowel(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean ends(String suffix) {
        int at = word.length() - suffix.length();
        return at >= 0 && word.indexOf(suffix, at) == at;
    }

    private void cut(int letters) {
        word.setLength(word.length() - letters);
    }

    private void removePossessive() {
        for (String suffix : List.of("'s'", "'s", "'")) {
            if (ends(suffix)) {
                cut(suffix.length());
                return;
            }
        }
    }

    private void removePlural() {
        if (ends("sses")) {
            cut(2);
        } else if (ends("ied") || ends("ies")) {
            cut(word.length() > 4 ? 2 : 1);
        } else if (ends("s") && !ends("us") && !ends("ss") && hasVowelBefore(word.length() - 2)) {
            cut(1);
        }
    }

    private void removePast() {
        if (ends("eedly") || ends("eed")) {
            int suffix = ends("eed") ? 3 : 5;
            if (word.length() - suffix >= region1) {
                cut(suffix - 2);
            }
            return;
        }
        for (String suffix : List.of("ingly", "edly", "ing", "ed")) {
            if (ends(suffix)) {
                if (hasVowelBefore(word.length() - suffix.length())) {
                    cut(suffix.length());
                    mend();
                }
                return;
            }
        }
    }

    /** What is left of a past form or a participle gets its e back, or loses its doubled consonant. */
    private void mend() {
        if (ends("at") || ends("bl") || ends("iz")) {
            word.append('e');
        } else if (word.length() >= 2 && DOUBLES.contains(word.substring(word.length() - 2))) {
            cut(1);
        } else if (word.length() == region1 && endsInShortSyllable(word.length())) {
            word.append('e');
        }
    }

    /** A vowel and a consonant that is not w, x or Y behind a consonant; or a vowel and a consonant that are all there is. */
    private boolean endsInShortSyllable(int end) {
        if (end < 2 || isVowel(end - 1) || !isVowel(end - 2)) {
            return false;
        }
        return end == 2 || !isVowel(end - 3) && "wxY".indexOf(word.charAt(end - 1)) < 0;
    }

    private void replaceFinalY() {
        int last = word.length() - 1;
        if ((ends("y") || ends("Y")) && last > 1 && !isVowel(last - 1)) {
            word.setCharAt(last, 'i');
        }
    }

    /** The longest suffix of the rules that the word has is replaced, or nothing is. */
    private void replace(List<Rule> rules, int region) {
        for (Rule rule : rules) {
            if (ends(rule.suffix())) {
                int at = word.length() - rule.suffix().length();
                if (at >= region && allows(rule.suffix(), at)) {
                    word.setLength(at);
                    word.append(rule.replacement());
                }
                return;
            }
        }
    }

    private boolean allows(String suffix, int at) {
        char before = at == 0 ? ' ' : word.charAt(at - 1);
        return switch (suffix) {
            case "ogi" -> before == 'l';
            case "li" -> "cdeghkmnrt".indexOf(before) >= 0;
            case "ative" -> at >= region2;
            case "ion" -> before == 's' || before == 't';
            default -> true;
        };
    }

    private void removeFinal() {
        int last = word.length() - 1;
        if (ends("e") && (last >= region2 || last >= region1 && !endsInShortSyllable(last))
                || ends("ll") && last >= region2) {
            cut(1);
        }
    }
}
