package io.captioner.search;

import io.captioner.nn.Tensor;
import io.captioner.search.Processors.History;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a turn of a search chooses, and when the search is over. N images, R rows of the turn (1 in the first), C candidates that it leaves, K
 * rows that go on, V words.
 */
interface Selection {
    /**
     * What is remembered from turn to turn, before the first.
     *
     * @param starts the start word of each image, INT64 (N, 1)
     */
    List<Tensor> begin(Tensor starts);

    /**
     * @param turn from 0, scalar
     * @param first whether there is one row of each image yet
     */
    Choice choose(Rows rows, List<Tensor> memory, Tensor turn, boolean first);

    /**
     * Captions under way.
     *
     * @param logits of the next word (N, R, V)
     * @param score summed log-probability (N, R), {@link BeamSearch#NEVER} where a row has ended
     * @param history the words so far, where rules look at them
     */
    record Rows(Tensor logits, Tensor score, @Nullable History history) {
        History words() {
            if (history == null) {
                throw new IllegalStateException("a search with rules keeps the words so far");
            }
            return history;
        }
    }

    /**
     * @param word of each candidate (N, C)
     * @param parent row that it continues (N, C)
     * @param origin candidate of the turn before that it continues (N, C)
     * @param score summed log-probability (N, C), {@link BeamSearch#NEVER} where there is no candidate
     * @param logProbability of the word alone (N, C)
     * @param next what goes on
     * @param proceed whether any caption is under way, BOOL scalar
     */
    record Choice(
            Tensor word,
            Tensor parent,
            Tensor origin,
            Tensor score,
            Tensor logProbability,
            Next next,
            Tensor proceed) {}

    /**
     * @param word just written (N, K)
     * @param parent row that it continues (N, K)
     * @param score summed log-probability (N, K)
     * @param memory as of {@link #begin}
     */
    record Next(Tensor word, Tensor parent, Tensor score, List<Tensor> memory) {}
}
