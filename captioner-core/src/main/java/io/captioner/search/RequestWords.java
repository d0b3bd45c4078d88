package io.captioner.search;

import io.captioner.OptionException;
import io.captioner.text.Tokenizer;
import io.captioner.text.Vocabulary;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The words of options as ids of a model. Any text can be written in pieces of words; of a vocabulary, only its words. */
final class RequestWords {
    private final Tokenizer vocabulary;

    RequestWords(Tokenizer vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** A caption's first words. */
    List<Integer> first(String what, String text) {
        return vocabulary instanceof Vocabulary ? known(what, text) : vocabulary.ids(text);
    }

    /** Words as they can stand in a caption: in pieces, they may differ behind a space. */
    List<List<Integer>> anywhere(String what, String text) {
        if (vocabulary instanceof Vocabulary) {
            return List.of(known(what, text));
        }
        Set<List<Integer>> ways = new LinkedHashSet<>();
        ways.add(vocabulary.ids(" " + text.strip()));
        ways.add(vocabulary.ids(text.strip()));
        if (vocabulary.contains(text.strip())) {
            ways.add(List.of(vocabulary.id(text.strip()))); // a piece as the tokenizer writes it
        }
        ways.removeIf(List::isEmpty);
        return List.copyOf(ways);
    }

    /** A word that is one id, -1 for none. */
    int single(String what, String text) {
        if (text.isBlank()) {
            return -1;
        }
        List<List<Integer>> ways = anywhere(what, text);
        return ways.stream()
                .filter(ids -> ids.size() == 1)
                .findFirst()
                .orElseThrow(() -> new OptionException(what + " is \"" + text + "\"; it must be one word"))
                .get(0);
    }

    /** Alternatives of which one must be said. Those that the model cannot say are left out, as long as one remains. */
    List<List<Integer>> oneOf(Collection<String> alternatives, Collection<Integer> forbidden) {
        List<List<Integer>> all = new ArrayList<>();
        for (String text : alternatives) {
            boolean sayable = !(vocabulary instanceof Vocabulary)
                    || Arrays.stream(text.strip().split("\\s+")).allMatch(vocabulary::contains);
            if (sayable || alternatives.size() == 1) {
                anywhere("word that must be said,", text).stream()
                        .filter(ids -> ids.stream().noneMatch(forbidden::contains))
                        .forEach(all::add);
            }
        }
        if (all.isEmpty()) {
            throw new OptionException("of " + alternatives
                    + " one must be said, but the model knows none of them, or they are forbidden; name other words");
        }
        return all;
    }

    private List<Integer> known(String what, String words) {
        if (words.isEmpty()) { // as in nearly every call, of which a regular expression would take a part
            return List.of();
        }
        List<Integer> ids = new ArrayList<>();
        for (String word : words.strip().split("\\s+")) {
            if (word.isEmpty()) {
                continue;
            }
            if (!vocabulary.contains(word)) {
                throw new OptionException(what + " \"" + word + "\" is not among the model's " + vocabulary.size()
                        + " words; leave it out");
            }
            ids.add(vocabulary.id(word));
        }
        return ids;
    }
}
