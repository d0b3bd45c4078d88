package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;

/** A {@link Cell} with its weights. G gates, H hidden state. What the input contributes comes from outside, so that it can be shared. */
interface RecurrentCell {
    /** W_ih (G H, in). */
    Tensor weightIh();

    /** What is added to W_ih x before {@link #next} (G H). */
    Tensor inputBias();

    /**
     * One step.
     *
     * @param input W_ih x and the input's bias (..., G H)
     * @param memory hidden state h (..., H), and cell state c where there is one
     * @return the memory after it, h first
     */
    List<Tensor> next(Tensor input, List<Tensor> memory);

    /** The four tensors of a cell of PyTorch. */
    record Stored(Tensor weightIh, Tensor weightHh, Tensor biasIh, Tensor biasHh) {
        static Stored of(Parameters parameters, String suffix, int gates, int in, int hidden) {
            Initializer initial = Initializer.fanIn(hidden);
            long rows = (long) gates * hidden;
            return new Stored(
                    parameters.parameter("weight_ih" + suffix, Shape.of(rows, in), initial),
                    parameters.parameter("weight_hh" + suffix, Shape.of(rows, hidden), initial),
                    parameters.parameter("bias_ih" + suffix, Shape.of(rows), initial),
                    parameters.parameter("bias_hh" + suffix, Shape.of(rows), initial));
        }
    }
}
