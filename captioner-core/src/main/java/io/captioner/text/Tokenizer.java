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

    /** The ids of a caption's words, without what begins or ends it: what a caption can be made to begin with. */
    List<Integer> ids(String words);

    /** The text of a caption: ids up to the end, without those that begin it or fill it up. */
    String text(long... ids);

    /**
     * Ids with a part of their own in a caption.
     *
     * @param start before the first word
     * @param end behind the last; may be the start
     * @param padding behind the end; may be the start or end
     * @param never ids that no caption holds
     * @param earlyStopping whether a beam search is over once as many captions have ended as the beam is wide, as in Hugging Face's
     *     {@code generate}
     */
    record SpecialIds(int start, int end, int padding, Collection<Integer> never, boolean earlyStopping) {
        /** Without early stopping. */
        public SpecialIds(int start, int end, int padding, Collection<Integer> never) {
            this(start, end, padding, never, false);
        }

        public SpecialIds {
            never = List.copyOf(never);
        }
    }
}
