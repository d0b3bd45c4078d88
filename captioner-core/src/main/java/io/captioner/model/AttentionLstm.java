package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Parameters;

/**
 * Show, attend and tell: the soft attention of Xu et al. 2015 over an LSTM. Embedding and output layer start uniform in [-0.1, 0.1) with
 * bias 0, the other weights as PyTorch's layers do.
 *
 * @param embeddingSize E, at least 1
 * @param hiddenSize H, at least 1
 * @param attention how it looks at the picture
 * @param gate whether a sigmoid of the hidden state scales the context, section 4.2.1 of the paper
 * @param dropout share of the hidden state that is dropped before the output layer in training, 0 to below 1
 * @param embeddingDropout share of the word vectors that is dropped in training, 0 to below 1
 * @param featureSize d to which a linear layer and ReLU bring the encoder's features before everything else, or 0 for none
 * @param tiedOutput whether the output layer's weight is the embedding's (Press and Wolf 2017); needs E = H
 */
public record AttentionLstm(
        int embeddingSize,
        int hiddenSize,
        AttentionArchitecture attention,
        boolean gate,
        double dropout,
        double embeddingDropout,
        int featureSize,
        boolean tiedOutput)
        implements DecoderArchitecture {

    public AttentionLstm {
        Limits.recurrent(embeddingSize, hiddenSize, featureSize, dropout, embeddingDropout, tiedOutput);
    }

    @Override
    public Decoder bind(Parameters parameters, int encoderSize, int vocabularySize) {
        return AttentionRnn.of(Cell.LSTM, 1, this).bind(parameters, encoderSize, vocabularySize);
    }

    /** Starts from E = H = 512, ReLU attention of size 512, a gate, dropout 0.5, no embedding dropout, no projection, untied. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds an architecture; values are as in {@link AttentionLstm}. Not thread-safe. */
    public static final class Builder extends RecurrentBuilder<Builder> {
        private AttentionArchitecture attention = AdditiveAttention.relu(512);
        private boolean gate = true;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** Default {@code AdditiveAttention.relu(512)}. */
        public Builder attention(AttentionArchitecture attention) {
            this.attention = attention;
            return this;
        }

        /** Default true. */
        public Builder gate(boolean gate) {
            this.gate = gate;
            return this;
        }

        /** @throws OptionException when the output is tied and the sizes differ */
        public AttentionLstm build() {
            return new AttentionLstm(
                    embeddingSize, hiddenSize, attention, gate, dropout, embeddingDropout, featureSize, tiedOutput);
        }
    }
}
