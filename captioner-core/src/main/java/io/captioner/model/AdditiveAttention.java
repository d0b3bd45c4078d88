package io.captioner.model;

import io.captioner.nn.Attention;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;

/**
 * Additive attention: Bahdanau et al. 2015, appendix A.1.2; the ReLU form as in most captioners since Xu et al. 2015.
 *
 * @param attentionSize A, at least 1
 * @param activation RELU (weights named encoder_att, decoder_att, full_att) or TANH (W_c, W_b, W_a)
 * @param bias whether the three layers have biases
 */
public record AdditiveAttention(int attentionSize, Activation activation, boolean bias)
        implements AttentionArchitecture {
    /** What bends the sum of feature and query, and with it whose names the weights carry. */
    public enum Activation {
        RELU,
        TANH
    }

    public AdditiveAttention {
        Limits.atLeast("attention size", attentionSize, 1);
    }

    /** The ReLU form with biases. */
    public static AdditiveAttention relu(int attentionSize) {
        return new AdditiveAttention(attentionSize, Activation.RELU, true);
    }

    /** The tanh form with biases. */
    public static AdditiveAttention tanh(int attentionSize) {
        return new AdditiveAttention(attentionSize, Activation.TANH, true);
    }

    @Override
    public Attention bind(Parameters parameters, int featureSize, int hiddenSize) {
        boolean relu = activation == Activation.RELU;
        return new Layers(
                Linear.of(parameters.scope(relu ? "encoder_att" : "W_c"), featureSize, attentionSize, bias),
                Linear.of(parameters.scope(relu ? "decoder_att" : "W_b"), hiddenSize, attentionSize, bias),
                Linear.of(parameters.scope(relu ? "full_att" : "W_a"), attentionSize, 1, bias),
                activation);
    }

    /**
     * @param fromFeatures W_f: D to A
     * @param fromHidden W_h: H to A
     * @param score v: A to 1; its bias cancels in the softmax
     */
    private record Layers(Linear fromFeatures, Linear fromHidden, Linear score, Activation activation)
            implements Attention {
        @Override
        public Tensor keys(Tensor features) {
            return fromFeatures.apply(features); // (N, L, A)
        }

        @Override
        public Attended attend(Tensor features, Tensor keys, Tensor hidden) {
            Tensor query = fromHidden.apply(hidden); // (N, R, A)
            // alpha = softmax(e), e_i = v . relu(W_f a_i + W_h h), or tanh for relu
            Tensor alpha = keys.additiveWeights(
                    query, score.weight(), score.bias(), activation == Activation.RELU); // (N, R, L)
            // z = sum_i alpha_i a_i
            Tensor context = alpha.matmul(features); // (N, R, D)
            return new Attended(context, alpha);
        }
    }
}
