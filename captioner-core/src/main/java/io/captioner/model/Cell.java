package io.captioner.model;

import io.captioner.nn.Parameters;

/** What remembers from word to word. Weights are those of PyTorch's cells: weight_ih, weight_hh, bias_ih, bias_hh. */
public enum Cell {
    /** Long short-term memory: Hochreiter and Schmidhuber 1997, Gers et al. 2000. */
    LSTM,
    /** Gated recurrent unit: Cho et al. 2014. */
    GRU,
    /** h' = tanh(W_ih x + b_ih + W_hh h + b_hh): Elman 1990. */
    RNN_TANH,
    /** h' = relu(W_ih x + b_ih + W_hh h + b_hh): Le et al. 2015. */
    RNN_RELU;

    /** Whether it has a cell state beside the hidden state. */
    boolean hasCellState() {
        return this == LSTM;
    }

    /**
     * The cell of a layer with its weights.
     *
     * @param layer from 0; later ones have names as in PyTorch's stacked networks, {@code weight_ih_l1}
     */
    RecurrentCell bind(Parameters parameters, int layer, int in, int hidden) {
        String suffix = layer == 0 ? "" : "_l" + layer;
        return switch (this) {
            case LSTM -> LstmCell.of(parameters, suffix, in, hidden);
            case GRU -> GruCell.of(parameters, suffix, in, hidden);
            case RNN_TANH -> RnnCell.of(parameters, suffix, in, hidden, false);
            case RNN_RELU -> RnnCell.of(parameters, suffix, in, hidden, true);
        };
    }
}
