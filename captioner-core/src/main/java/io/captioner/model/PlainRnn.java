package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.Decoder;
import io.captioner.nn.Parameters;

/**
 * Show and tell (Vinyals et al. 2015): a recurrent decoder that sees the picture once, before the first word. Where it looks is reported as
 * evenly everywhere. Weights are named embedding, decode_step, fc and, by {@code picture}, init_h, init_c or init_x.
 *
 * @param cell what remembers
 * @param layers of cells, at least 1
 * @param embeddingSize E, at least 1
 * @param hiddenSize H, at least 1
 * @param picture how the mean of the features enters
 * @param dropout share of the hidden state that is dropped after each layer in training, 0 to below 1
 * @param embeddingDropout share of the word vectors that is dropped in training, 0 to below 1
 * @param featureSize d to which a linear layer and ReLU bring the encoder's features before everything else, or 0 for none
 * @param tiedOutput whether the output layer's weight is the embedding's (Press and Wolf 2017); needs E = H
 */
public record PlainRnn(
        Cell cell,
        int layers,
        int embeddingSize,
        int hiddenSize,
        Picture picture,
        double dropout,
        double embeddingDropout,
        int featureSize,
        boolean tiedOutput)
        implements RecurrentArchitecture {

    /** How a decoder without attention gets to know the picture. */
    public enum Picture {
        /** Linear layers make the hidden state and, where there is one, the cell state: init_h, init_c. */
        INITIAL_STATE,
        /** A linear layer makes the hidden state, init_h; an LSTM's cell state starts at zero. */
        INITIAL_HIDDEN,
        /** A linear layer makes a word vector, init_x, that comes before the start; the states start at zero. As in the paper. */
        FIRST_WORD
    }

    public PlainRnn {
        Limits.atLeast("number of layers", layers, 1);
        Limits.recurrent(embeddingSize, hiddenSize, featureSize, dropout, embeddingDropout, tiedOutput);
        if (picture == Picture.INITIAL_HIDDEN && !cell.hasCellState()) {
            throw new OptionException(cell
                    + " has no cell state that could start at zero; take INITIAL_STATE in place of INITIAL_HIDDEN");
        }
    }

    @Override
    public Decoder bind(Parameters parameters, int encoderSize, int vocabularySize) {
        return new PlainRnnDecoder(this, parameters, encoderSize, vocabularySize);
    }

    /** Starts from one LSTM layer, E = H = 512, the picture as first word, dropout 0.5, no embedding dropout, no projection, untied. */
    public static Builder builder() {
        return new Builder();
    }

    /** Builds an architecture; values are as in {@link PlainRnn}. Not thread-safe. */
    public static final class Builder extends CellBuilder<Builder> {
        private Picture picture = Picture.FIRST_WORD;

        private Builder() {
            super(Cell.LSTM);
        }

        @Override
        Builder self() {
            return this;
        }

        /** Default FIRST_WORD. */
        public Builder picture(Picture picture) {
            this.picture = picture;
            return this;
        }

        /** @throws OptionException when the output is tied and the sizes differ, or the picture does not suit the cell */
        public PlainRnn build() {
            return new PlainRnn(
                    cell,
                    layers,
                    embeddingSize,
                    hiddenSize,
                    picture,
                    dropout,
                    embeddingDropout,
                    featureSize,
                    tiedOutput);
        }
    }
}
