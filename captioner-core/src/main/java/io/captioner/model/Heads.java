package io.captioner.model;

import io.captioner.nn.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Scaled dot product attention in several heads: Vaswani et al. 2017, equation 1.
 *
 * @param count of heads
 * @param size d of a head
 */
record Heads(int count, int size) {
    /** Of each head; @param values (..., heads, Q, d); @param alpha (..., heads, Q, K) */
    record Looked(Tensor values, Tensor alpha) {}

    /** (N, T, heads * d) to (N, heads, T, d). */
    Tensor divide(Tensor x) {
        return x.reshape(0, 0, count, size).transpose(0, 2, 1, 3);
    }

    /** (N, heads, T, d) to (N, T, heads * d). */
    Tensor join(Tensor x) {
        return x.transpose(0, 2, 1, 3).reshape(0, 0, (long) count * size);
    }

    /** (N, R, T, heads * d) to (N, R, heads, T, d). */
    Tensor divideRows(Tensor x) {
        return x.reshape(0, 0, 0, count, size).transpose(0, 1, 3, 2, 4);
    }

    /** (N, R, heads, T, d) to (N, R, T, heads * d). */
    Tensor joinRows(Tensor x) {
        return x.transpose(0, 1, 3, 2, 4).reshape(0, 0, 0, (long) count * size);
    }

    /**
     * Q queries over K places, within each head.
     *
     * @param queries (..., Q, d)
     * @param keys (..., K, d)
     * @param values (..., K, d)
     * @param mask added to the scores (Q, K), or none
     */
    Looked look(Tensor queries, Tensor keys, Tensor values, @Nullable Tensor mask) {
        int rank = keys.shape().rank();
        int[] turned = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            turned[axis] = axis < rank - 2 ? axis : 2 * rank - 3 - axis;
        }
        // alpha = softmax(Q K^T / sqrt(d) + mask); the query is scaled, being smaller than the scores
        Tensor scores = queries.times((float) (1 / Math.sqrt(size))).matmul(keys.transpose(turned));
        Tensor alpha = (mask == null ? scores : scores.plus(mask)).softmax(-1); // (..., Q, K)
        return new Looked(alpha.matmul(values), alpha); // (..., Q, d)
    }
}
