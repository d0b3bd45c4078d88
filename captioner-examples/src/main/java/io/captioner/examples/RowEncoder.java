package io.captioner.examples;

import io.captioner.OptionException;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * An encoder of one's own that is no convolution: a picture is read like a text, row by row from the top, by an LSTM (Hochreiter and
 * Schmidhuber 1997). Each row is a place; its feature is the hidden state after it. The weights are named as those of PyTorch's {@code LSTM}.
 *
 * @param pictureSize height and width of its pictures, 1 to 64
 * @param featureSize H of the LSTM, and so D, at least 1
 */
public record RowEncoder(int pictureSize, int featureSize) implements EncoderArchitecture {
    private static final int GATES = 4;

    public RowEncoder {
        if (pictureSize < 1 || pictureSize > 64) {
            throw new OptionException("picture size is " + pictureSize + "; it must be between 1 and 64");
        }
        if (featureSize < 1) {
            throw new OptionException("feature size is " + featureSize + "; it must be at least 1");
        }
    }

    @Override
    public Grid grid(int height, int width) {
        return new Grid(pictureSize, 1);
    }

    @Override
    public Encoder bind(Parameters parameters) {
        Initializer initial = Initializer.fanIn(featureSize);
        int gates = GATES * featureSize;
        Tensor input = parameters.parameter("weight_ih_l0", Shape.of(gates, pictureSize), initial);
        Tensor recurrent = parameters.parameter("weight_hh_l0", Shape.of(gates, featureSize), initial);
        Tensor inputBias = parameters.parameter("bias_ih_l0", Shape.of(gates), initial);
        Tensor recurrentBias = parameters.parameter("bias_hh_l0", Shape.of(gates), initial);
        return pixels -> {
            Tensor rows = pixels.mean(false, 1); // grey: (N, rows, W)
            Tensor fromRows = rows.linear(input, inputBias); // W_ih x_t + b_ih of all rows at once: (N, rows, 4 H)
            Tensor hidden = rows.slice(1, 0, 1).times(0f).mean(true, -1).expand(-1, -1, featureSize); // (N, 1, H)
            Tensor cell = hidden;
            List<Tensor> states = new ArrayList<>();
            for (int t = 0; t < pictureSize; t++) {
                // i, f, g, o = W_ih x_t + b_ih + W_hh h + b_hh
                Tensor sum = fromRows.slice(1, t, t + 1).plus(hidden.linear(recurrent, recurrentBias)); // (N, 1, 4 H)
                List<Tensor> gate = sum.split(-1, GATES);
                // c = sigmoid(f) * c + sigmoid(i) * tanh(g)
                cell = gate.get(1)
                        .sigmoid()
                        .times(cell)
                        .plus(gate.get(0).sigmoid().times(gate.get(2).tanh()));
                // h = sigmoid(o) * tanh(c)
                hidden = gate.get(3).sigmoid().times(cell.tanh()); // (N, 1, H)
                states.add(hidden);
            }
            return parameters.algebra().concat(1, states); // (N, L, D), L = rows, D = H
        };
    }
}
