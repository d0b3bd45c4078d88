package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.Decoder;
import io.captioner.nn.Parameters;

/**
 * Show, attend and tell (Xu et al. 2015) over any recurrent cell, in one layer or several; {@link AttentionLstm} is its classic. The
 * attention is asked by the hidden state of the last layer, and what it saw enters the first.
 *
 * <p>Weights are named as in {@link AttentionLstm}; those of later layers are {@code decode_step.weight_ih_l1} and so on, and {@code init_h}
 * and {@code init_c} give the states of all layers one after another.
 *
 * @param cell what remembers
 * @param layers of cells, at least 1
 * @param embeddingSize E, at least 1
 * @param hiddenSize H, at least 1
 * @param attention how it looks at the picture
 * @param gate whether a sigmoid of the hidden state scales the context, section 4.2.1 of the paper
 * @param dropout share of the hidden state that is dropped after each layer in training, 0 to below 1
 * @param embeddingDropout share of the word vectors that is dropped in training, 0 to below 1
 * @param featureSize d to which a linear layer and ReLU bring the encoder's features before everything else, or 0 for none
 * @param tiedOutput whether the output layer's weight is the embedding's (Press and Wolf 2017); needs E = H
 */
public record AttentionRnn(
        Cell cell,
        int layers,
        int embeddingSize,
        int hiddenSize,
        AttentionArchitecture attention,
        boolean gate,
        double dropout,
        double embeddingDropout,
        int featureSize,
        boolean tiedOutput)
        implements RecurrentArchitecture {

    public AttentionRnn {
        Limits.atLeast("number of layers", layers, 1);
        Limits.recurrent(embeddingSize, hiddenSize, featureSize, dropout, embeddingDropout, tiedOutput);
    }

    /** The settings of {@code like} over another cell. */
    public static AttentionRnn of(Cell cell, int layers, AttentionLstm like) {
        return new AttentionRnn(
                cell,
                layers,
                like.embeddingSize(),
                like.hiddenSize(),
                like.attention(),
                like.gate(),
                like.dropout(),
                like.embeddingDropout(),
                like.featureSize(),
                like.tiedOutput());
    }

    @Override
    public Decoder bind(Parameters parameters, int encoderSize, int vocabularySize) {
        return new AttentionRnnDecoder(this, parameters, encoderSize, vocabularySize);
    }

    /** Starts from one GRU layer, E = H = 512, ReLU attention of size 512, a gate, dropout 0.5, no embedding dropout, no projection, untied. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds an architecture; values are as in {@link AttentionRnn}. Not thread-safe. */
    public static final class Builder extends CellBuilder<Builder> {
        private AttentionArchitecture attention = AdditiveAttention.relu(512);
        private boolean gate = true;

        private Builder() {
            super(Cell.GRU);
        }

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
        public AttentionRnn build() {
            return new AttentionRnn(
                    cell,
                    layers,
                    embeddingSize,
                    hiddenSize,
                    attention,
                    gate,
                    dropout,
                    embeddingDropout,
                    featureSize,
                    tiedOutput);
        }
    }
}
