package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * Long short-term memory: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000, in PyTorch's layout: the rows of the
 * weights are the gates i, f, g, o.
 *
 * @param weightIh (4H, in)
 * @param weightHh (4H, H)
 * @param bias (4H), the sum of PyTorch's two
 */
record LstmCell(Tensor weightIh, Tensor weightHh, Tensor bias) {
    /** @param hidden h (..., H); @param cell c (..., H) */
    record Memory(Tensor hidden, Tensor cell) {}

    static LstmCell of(Parameters parameters, int in, int hidden) {
        Initializer initial = Initializer.fanIn(hidden);
        return new LstmCell(
                parameters.parameter("weight_ih", Shape.of(4L * hidden, in), initial),
                parameters.parameter("weight_hh", Shape.of(4L * hidden, hidden), initial),
                parameters
                        .parameter("bias_ih", Shape.of(4L * hidden), initial)
                        .plus(parameters.parameter("bias_hh", Shape.of(4L * hidden), initial)));
    }

    /** @param gates W_ih x + b (..., 4H): what the input and the biases contribute */
    Memory next(Tensor gates, Memory memory) {
        // [i f g o] = W_ih x + W_hh h + b
        List<Tensor> ifgo = gates.plus(memory.hidden().linear(weightHh, null)).split(-1, 4);
        Tensor i = ifgo.get(0).sigmoid();
        Tensor f = ifgo.get(1).sigmoid();
        Tensor g = ifgo.get(2).tanh();
        Tensor o = ifgo.get(3).sigmoid();
        // c' = f * c + i * g      h' = o * tanh(c')
        Tensor cell = f.times(memory.cell()).plus(i.times(g)); // (..., H)
        Tensor hidden = o.times(cell.tanh()); // (..., H)
        return new Memory(hidden, cell);
    }
}
