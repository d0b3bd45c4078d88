package io.captioner.nn;

/**
 * A rule of one's own about the next word: logits to logits, over the algebra, so that it runs on every backend and within an exported graph. A
 * record, so that it can be saved in a model package with the decoder that heeds it.
 */
@FunctionalInterface
public interface LogitsRule {
    /**
     * Called once for each word. N images, R rows of each (beams), V words. It must not depend on Java state that changes from word to word:
     * in a graph it is called once to be recorded.
     *
     * @param logits of the next word (N, R, V); a word that is not to be written gets -1e9, which is finite so that sums stay numbers
     * @param words of the row so far, the start first (N, R, T), INT64; T grows by one with each word and is not known in a graph
     * @return (N, R, V)
     */
    Tensor apply(Tensor logits, Tensor words);
}
