package io.captioner.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sets of synonyms of WordNet by word, in METEOR's form of them. Immutable and thread-safe. */
final class Synonyms {
    static final Synonyms NONE = new Synonyms(Map.of(), Map.of());

    /** WordNet's rules of detachment: an ending, and what stands in its place in the base form. */
    private static final String[][] ENDINGS = {
        {"s", ""}, {"ses", "s"}, {"xes", "x"}, {"zes", "z"}, {"ches", "ch"}, {"shes", "sh"}, {"men", "man"},
        {"ies", "y"}, {"es", "e"}, {"es", ""}, {"ed", "e"}, {"ed", ""}, {"ing", "e"}, {"ing", ""},
        {"er", ""}, {"est", ""}, {"er", "e"}, {"est", "e"},
    };

    private final Map<String, int[]> sets;

    /** The base forms of what is inflected irregularly. */
    private final Map<String, List<String>> bases;

    private Synonyms(Map<String, int[]> sets, Map<String, List<String>> bases) {
        this.sets = sets;
        this.bases = bases;
    }

    /**
     * @param synsets in turn a word and its sets, numbers with blanks between
     * @param exceptions in turn a base form and its irregular forms
     */
    static Synonyms of(List<String> synsets, List<String> exceptions) {
        Map<String, int[]> sets = new HashMap<>();
        for (int i = 0; i + 1 < synsets.size(); i += 2) {
            sets.put(
                    synsets.get(i),
                    Arrays.stream(synsets.get(i + 1).strip().split("\\s+"))
                            .mapToInt(Integer::parseInt)
                            .toArray());
        }
        Map<String, List<String>> bases = new HashMap<>();
        for (int i = 0; i + 1 < exceptions.size(); i += 2) {
            for (String form : exceptions.get(i + 1).strip().split("\\s+")) {
                bases.computeIfAbsent(form, unused -> new ArrayList<>()).add(exceptions.get(i));
            }
        }
        return new Synonyms(sets, bases);
    }

    /** The sets that a word is in, itself or by its base form, ascending. */
    int[] of(String word) {
        IntStream own = Arrays.stream(sets(word));
        @Nullable List<String> irregular = bases.get(word);
        IntStream ofBase = irregular != null
                ? irregular.stream().flatMapToInt(base -> Arrays.stream(sets(base)))
                : Arrays.stream(sets(base(word)));
        return IntStream.concat(own, ofBase).sorted().distinct().toArray();
    }

    private int[] sets(String word) {
        return sets.getOrDefault(word, new int[0]);
    }

    private String base(String word) {
        if (word.endsWith("ss") || word.length() <= 2) {
            return word;
        }
        for (String[] ending : ENDINGS) {
            if (word.endsWith(ending[0])) {
                String base = word.substring(0, word.length() - ending[0].length()) + ending[1];
                if (sets.containsKey(base)) {
                    return base;
                }
            }
        }
        return "";
    }
}
