package io.captioner.model;

import io.captioner.nn.Attention;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;

/**
 * Dot product of query and key, scaled: the general score of Luong et al. 2015 with the scale of Vaswani et al. 2017. The context is made
 * of the features themselves. Weights are named query and key.
 *
 * @param attentionSize A, at least 1
 */
public record ScaledDotAttention(int attentionSize) implements AttentionArchitecture {
    public ScaledDotAttention {
        Limits.atLeast("attention size", attentionSize, 1);
    }

    @Override
    public Attention bind(Parameters parameters, int featureSize, int hiddenSize) {
        return new Layers(
                Linear.of(parameters.scope("query"), hiddenSize, attentionSize),
                Linear.of(parameters.scope("key"), featureSize, attentionSize),
                (float) (1 / Math.sqrt(attentionSize)));
    }

    /**
     * @param query W_q: H to A
     * @param key W_k: D to A
     * @param scale 1 / sqrt(A)
     */
    private record Layers(Linear query, Linear key, float scale) implements Attention {
        @Override
        public Tensor keys(Tensor features) {
            return key.apply(features); // (N, L, A)
        }

        @Override
        public Attended attend(Tensor features, Tensor keys, Tensor hidden) {
            // e_i = W_q h . W_k a_i / sqrt(A); the query is scaled, being smaller than the scores
            Tensor q = query.apply(hidden).times(scale); // (N, R, A)
            Tensor energy = q.matmul(keys.transpose(0, 2, 1)); // (N, R, L)
            // alpha = softmax(e)
            Tensor alpha = energy.softmax(-1); // (N, R, L)
            // z = sum_i alpha_i a_i
            return new Attended(alpha.matmul(features), alpha); // (N, R, D), (N, R, L)
        }
    }
}
