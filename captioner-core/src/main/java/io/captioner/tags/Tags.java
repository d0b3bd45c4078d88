package io.captioner.tags;

import io.captioner.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The classes of the classifier that a package may have beside its captioner, and the words that say them. Immutable.
 *
 * @param labels of each class, in the classifier's order; several names of a class with commas between them, as ImageNet's
 * @param words what says a label, or one of the names in it: words or phrases, of which one is said; none, where the label is never to be said.
 *     A label that is not here is said by its own names, in lower case
 */
public record Tags(List<String> labels, Map<String, List<String>> words) {
    public Tags {
        labels = List.copyOf(labels);
        if (labels.size() < 2) {
            throw new ModelException("a classifier has " + labels.size() + " labels; it must have 2 at least");
        }
        Map<String, List<String>> copy = new LinkedHashMap<>();
        words.forEach((label, said) -> copy.put(label, List.copyOf(said)));
        words = Collections.unmodifiableMap(copy);
        Set<String> known = known(labels);
        words.forEach((label, said) -> {
            if (!known.contains(label)) {
                throw new ModelException(unknown(label));
            }
            if (said.stream().anyMatch(String::isBlank)) {
                throw new ModelException("a word that says the tag \"" + label + "\" is empty; leave it out");
            }
        });
    }

    /** Each label, and each name in one. */
    private static Set<String> known(List<String> labels) {
        Set<String> known = new HashSet<>(labels);
        labels.forEach(label -> known.addAll(names(label)));
        return known;
    }

    private static List<String> names(String label) {
        return Arrays.stream(label.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }

    /** Those of these that are neither a label nor a name in one. */
    public List<String> unknownAmong(Set<String> wanted) {
        Set<String> known = known(labels);
        return wanted.stream().filter(label -> !known.contains(label)).toList();
    }

    /** How messages say that a mapping names a label that is none. */
    public static String unknown(String label) {
        return "words are given for the tag \"" + label
                + "\", which is neither a label of the classifier nor a name in one; name a label as it is written there";
    }

    /**
     * The words or phrases that say each class, in the order of the labels; of a class that is never to be said there are none.
     *
     * @param over a mapping as {@link #words}, which wins
     */
    public List<Set<String>> sayings(Map<String, List<String>> over) {
        List<Set<String>> all = new ArrayList<>();
        for (String label : labels) {
            List<String> names = names(label);
            List<String> ways = new ArrayList<>(List.of(label));
            ways.addAll(names);
            List<String> said =
                    names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
            for (Map<String, List<String>> mapping : List.of(words, over)) {
                for (String way : ways) {
                    List<String> found = mapping.get(way);
                    if (found != null) {
                        said = found;
                        break;
                    }
                }
            }
            all.add(new LinkedHashSet<>(said.stream().map(String::strip).toList()));
        }
        return all;
    }
}
