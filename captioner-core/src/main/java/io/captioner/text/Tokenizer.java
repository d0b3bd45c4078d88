package io.captioner.text;

import java.util.Collection;
import java.util.List;

/** What stands between the ids that a model writes and text. Implementations are immutable and thread-safe. */
public interface Tokenizer {
    /** V: ids are 0 to size - 1. */
    int size();

    /** What begins and ends a caption. */
    SpecialIds special();

    /** What an id stands for, as a caption's word. */
    String word(int id);

    /** The id of a word, or that of the unknown word. */
    int id(String word);

    boolean contains(String word);

    /** The text of a caption: ids up to the end, without those that begin it or fill it up. */
    String text(long... ids);

    /**
     * Ids with a part of their own in a caption.
     *
     * @param start before the first word
     * @param end behind the last; may be the start
     * @param padding behind the end; may be the start or end
     * @param never ids that no caption holds
     */
    record SpecialIds(int start, int end, int padding, Collection<Integer> never) {
        public SpecialIds {
            never = List.copyOf(never);
        }
    }
}
