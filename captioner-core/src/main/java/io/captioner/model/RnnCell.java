package io.captioner.model;

import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * The vanilla recurrent network: Elman 1990; with ReLU: Le et al. 2015.
 *
 * @param weightIh (H, in)
 * @param weightHh (H, H)
 * @param inputBias (H), the sum of PyTorch's two
 * @param relu whether ReLU bends the sum, else tanh
 */
record RnnCell(Tensor weightIh, Tensor weightHh, Tensor inputBias, boolean relu) implements RecurrentCell {
    static RnnCell of(Parameters parameters, String suffix, int in, int hidden, boolean relu) {
        Stored stored = Stored.of(parameters, suffix, 1, in, hidden);
        return new RnnCell(stored.weightIh(), stored.weightHh(), stored.biasIh().plus(stored.biasHh()), relu);
    }

    @Override
    public List<Tensor> next(Tensor input, List<Tensor> memory) {
        // h' = tanh(W_ih x + W_hh h + b), or relu for tanh
        Tensor sum = input.plus(memory.get(0).linear(weightHh, null));
        return List.of(relu ? sum.relu() : sum.tanh()); // (..., H)
    }
}
