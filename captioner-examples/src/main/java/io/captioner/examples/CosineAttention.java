package io.captioner.examples;

import io.captioner.OptionException;
import io.captioner.nn.Attention;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/**
 * An attention of one's own: places are weighted by the cosine of the angle between what is asked for and what is there, sharpened by a
 * learned temperature. Written once, it trains on libtorch and is exported to ONNX.
 *
 * @param attentionSize A, at least 1
 */
public record CosineAttention(int attentionSize) implements AttentionArchitecture {
    public CosineAttention {
        if (attentionSize < 1) {
            throw new OptionException("attention size is " + attentionSize + "; it must be at least 1");
        }
    }

    @Override
    public Attention bind(Parameters parameters, int featureSize, int hiddenSize) {
        return new Layers(
                parameters.parameter(
                        "key.weight", Shape.of(attentionSize, featureSize), Initializer.fanIn(featureSize)),
                parameters.parameter(
                        "query.weight", Shape.of(attentionSize, hiddenSize), Initializer.fanIn(hiddenSize)),
                parameters.parameter("sharpness", Shape.of(1), Initializer.constant(5f)));
    }

    private record Layers(Tensor key, Tensor query, Tensor sharpness) implements Attention {
        @Override
        public Tensor keys(Tensor features) {
            return unit(features.linear(key, null)); // (N, L, A)
        }

        @Override
        public Attended attend(Tensor features, Tensor keys, Tensor hidden) {
            // e_i = s * cos(W_q h, W_k a_i)
            Tensor asked = unit(hidden.linear(query, null)); // (N, R, A)
            Tensor energy = asked.matmul(keys.transpose(0, 2, 1)).times(sharpness); // (N, R, L)
            // alpha = softmax(e)      z = sum_i alpha_i a_i
            Tensor alpha = energy.softmax(-1); // (N, R, L)
            return new Attended(alpha.matmul(features), alpha); // (N, R, D)
        }

        private static Tensor unit(Tensor x) {
            return x.dividedBy(x.times(x).sum(true, -1).plus(1e-6f).sqrt());
        }
    }
}
