package io.captioner.nn;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes a caption word by word. N images, R rows of each (beams of a search, captions of a training batch), V words.
 */
public interface Decoder {
    /**
     * Looks at the pictures, before any word.
     *
     * @param features (N, L, D)
     * @return the state before the first word, with R = 1
     */
    State start(Tensor features);

    /**
     * One word further. Rows of one image share its features.
     *
     * @param tokens the words just written, INT64 (N, R)
     * @param state whose rows are (N, R, ...)
     */
    Step step(Tensor tokens, State state);

    /**
     * All steps of given captions (Williams and Zipser 1989). Override it where the steps can share work.
     *
     * @param features (N, L, D)
     * @param captions INT64 (N, R, T), T known: start, words, end, padding
     */
    default Rollout teacherForced(Tensor features, Tensor captions) {
        return teacherForced(start(features), captions);
    }

    /**
     * The same from a state before the first word, of R rows or one.
     *
     * @param captions INT64 (N, R, T), T known
     */
    default Rollout teacherForced(State start, Tensor captions) {
        long steps = captions.dim(2) - 1;
        State state = start;
        List<Tensor> logits = new ArrayList<>();
        List<Tensor> alphas = new ArrayList<>();
        for (int t = 0; t < steps; t++) {
            Step step = step(captions.slice(2, t, t + 1).squeeze(2), state);
            logits.add(step.logits());
            alphas.add(step.alpha());
            state = step.next();
        }
        Algebra algebra = captions.algebra();
        return new Rollout(algebra.stack(2, logits), algebra.stack(2, alphas));
    }

    /**
     * A decoder's memory, divided so that a search can reorder rows without copying what is constant.
     *
     * @param perImage constant while the caption is written, (N, ...): features, keys
     * @param perRow changes with each word, (N, R, ...): hidden and cell state, caches
     */
    record State(List<Tensor> perImage, List<Tensor> perRow) {
        public State {
            perImage = List.copyOf(perImage);
            perRow = List.copyOf(perRow);
        }

        /** The same image with other rows. */
        public State withRows(List<Tensor> rows) {
            return new State(perImage, rows);
        }
    }

    /**
     * What a decoder says after a word.
     *
     * @param logits unnormalised log-probabilities of the next word (N, R, V)
     * @param next the state after this word
     * @param alpha attention over the places (N, R, L), of sum 1; uniform where a decoder has none
     */
    record Step(Tensor logits, State next, Tensor alpha) {}

    /**
     * What a decoder says of given captions, after each of their words but the last.
     *
     * @param logits (N, R, T - 1, V); what stands beyond a caption's end is meaningless
     * @param alphas (N, R, T - 1, L)
     */
    record Rollout(Tensor logits, Tensor alphas) {}
}
