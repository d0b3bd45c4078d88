package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/**
 * A vector for each word.
 *
 * @param weight (V, E)
 */
record Embedding(Tensor weight) {
    static Embedding of(Parameters parameters, int words, int size, Initializer initial) {
        return new Embedding(parameters.parameter("weight", Shape.of(words, size), initial));
    }

    /** Ids (...) to vectors (..., E). */
    Tensor apply(Tensor words) {
        return weight.rows(words);
    }
}
