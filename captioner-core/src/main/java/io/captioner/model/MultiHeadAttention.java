package io.captioner.model;

import io.captioner.nn.Algebra;
import io.captioner.nn.Attention;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * Several scaled dot products side by side, each over its own projection of the features: Vaswani et al. 2017, section 3.2.2. The weights
 * over the places that it reports are the mean over the heads. Weights are named query, key, value and out.
 *
 * @param attentionSize A, at least 1
 * @param heads that share A evenly, at least 1
 */
public record MultiHeadAttention(int attentionSize, int heads) implements AttentionArchitecture {
    public MultiHeadAttention {
        Limits.atLeast("attention size", attentionSize, 1);
        Limits.atLeast("number of heads", heads, 1);
        Limits.divides("attention size", attentionSize, heads);
    }

    @Override
    public Attention bind(Parameters parameters, int featureSize, int hiddenSize) {
        return new Layers(
                Linear.of(parameters.scope("query"), hiddenSize, attentionSize),
                Linear.of(parameters.scope("key"), featureSize, attentionSize),
                Linear.of(parameters.scope("value"), featureSize, attentionSize),
                Linear.of(parameters.scope("out"), attentionSize, featureSize),
                new Heads(heads, attentionSize / heads));
    }

    /**
     * @param query H to A
     * @param key D to A
     * @param value D to A
     * @param out A to D
     */
    private record Layers(Linear query, Linear key, Linear value, Linear out, Heads heads) implements Attention {
        /** Keys and values in one: (N, L, 2 A). */
        @Override
        public Tensor keys(Tensor features) {
            Algebra algebra = features.algebra();
            return algebra.concat(2, List.of(key.apply(features), value.apply(features)));
        }

        @Override
        public Attended attend(Tensor features, Tensor keys, Tensor hidden) {
            List<Tensor> both = keys.split(2, 2); // (N, L, A) each
            // alpha^j = softmax(q^j . k^j_i / sqrt(A / heads))      z^j = sum_i alpha^j_i v^j_i
            Heads.Looked looked = heads.look(
                    heads.divide(query.apply(hidden)), heads.divide(both.get(0)), heads.divide(both.get(1)), null);
            // z = W_o [z^1 ... z^heads] + b_o      alpha = mean_j alpha^j
            return new Attended(
                    out.apply(heads.join(looked.values())), looked.alpha().mean(false, 1));
        }
    }
}
