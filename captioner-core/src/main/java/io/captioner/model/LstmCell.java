package io.captioner.model;

import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * Long short-term memory: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000, in PyTorch's layout: the rows of the
 * weights are the gates i, f, g, o.
 *
 * @param weightIh (4H, in)
 * @param weightHh (4H, H)
 * @param inputBias (4H), the sum of PyTorch's two
 */
record LstmCell(Tensor weightIh, Tensor weightHh, Tensor inputBias) implements RecurrentCell {
    static LstmCell of(Parameters parameters, String suffix, int in, int hidden) {
        Stored stored = Stored.of(parameters, suffix, 4, in, hidden);
        return new LstmCell(
                stored.weightIh(), stored.weightHh(), stored.biasIh().plus(stored.biasHh()));
    }

    @Override
    public List<Tensor> next(Tensor input, List<Tensor> memory) {
        // [i f g o] = W_ih x + W_hh h + b
        // i, f, o = sigmoid, g = tanh, c' = f * c + i * g, h' = o * tanh(c'): (..., H)
        return input.plus(memory.get(0).linear(weightHh, null)).lstm(memory.get(1));
    }
}
