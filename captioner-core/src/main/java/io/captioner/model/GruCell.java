package io.captioner.model;

import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * Gated recurrent unit: Cho et al. 2014, in PyTorch's form and layout: the rows of the weights are r, z, n, and r scales the hidden state's
 * part of n with its bias.
 *
 * @param weightIh (3H, in)
 * @param weightHh (3H, H)
 * @param inputBias (3H)
 * @param hiddenBias (3H); it cannot join the other because of r
 */
record GruCell(Tensor weightIh, Tensor weightHh, Tensor inputBias, Tensor hiddenBias) implements RecurrentCell {
    static GruCell of(Parameters parameters, String suffix, int in, int hidden) {
        Stored stored = Stored.of(parameters, suffix, 3, in, hidden);
        return new GruCell(stored.weightIh(), stored.weightHh(), stored.biasIh(), stored.biasHh());
    }

    @Override
    public List<Tensor> next(Tensor input, List<Tensor> memory) {
        Tensor h = memory.get(0);
        List<Tensor> x = input.split(-1, 3);
        List<Tensor> u = h.linear(weightHh, hiddenBias).split(-1, 3);
        // r = sigmoid(W_ir x + b_ir + W_hr h + b_hr)      z = sigmoid(W_iz x + b_iz + W_hz h + b_hz)
        Tensor r = x.get(0).plus(u.get(0)).sigmoid();
        Tensor z = x.get(1).plus(u.get(1)).sigmoid();
        // n = tanh(W_in x + b_in + r * (W_hn h + b_hn))
        Tensor n = x.get(2).plus(r.times(u.get(2))).tanh();
        // h' = (1 - z) * n + z * h = n + z * (h - n)
        return List.of(n.plus(z.times(h.minus(n)))); // (..., H)
    }
}
