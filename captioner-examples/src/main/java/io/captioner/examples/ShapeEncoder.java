package io.captioner.examples;

import io.captioner.OptionException;
import io.captioner.nn.Convolution;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/**
 * An encoder of one's own, small enough to be trained from nothing in a minute: three convolutions of stride 2 with batch norm and ReLU, and a
 * learned vector for each place, so that "above" and "left of" are easily told.
 *
 * @param pictureSize height and width of its pictures, a multiple of 8
 * @param featureSize D, at least 8
 */
public record ShapeEncoder(int pictureSize, int featureSize) implements EncoderArchitecture {
    private static final int LAYERS = 3;

    public ShapeEncoder {
        if (pictureSize < 8 || pictureSize % 8 != 0) {
            throw new OptionException("picture size is " + pictureSize + "; it must be a multiple of 8");
        }
        if (featureSize < 8) {
            throw new OptionException("feature size is " + featureSize + "; it must be at least 8");
        }
    }

    @Override
    public Grid grid(int height, int width) {
        return new Grid(pictureSize >> LAYERS, pictureSize >> LAYERS);
    }

    @Override
    public Encoder bind(Parameters parameters) {
        int places = grid(pictureSize, pictureSize).places();
        Tensor position = parameters.parameter("position", Shape.of(places, featureSize), Initializer.normal(0.5f));
        return pixels -> {
            Tensor x = pixels; // (N, 3, H, W)
            int channels = 3;
            for (int layer = 0; layer < LAYERS; layer++) {
                int wider = featureSize >> (LAYERS - 1 - layer);
                x = block(parameters.scope("layer" + layer), x, channels, wider);
                channels = wider;
            }
            return x.reshape(0, channels, -1).transpose(0, 2, 1).plus(position); // (N, L, D)
        };
    }

    // y = relu(norm(W * x)), half as wide and high
    private static Tensor block(Parameters parameters, Tensor x, int in, int out) {
        Shape kernel = Shape.of(out, in, 3, 3);
        Shape each = Shape.of(out);
        Tensor weight = parameters.parameter("conv.weight", kernel, Initializer.kaimingFanOut(9L * out));
        return x.conv2d(weight, null, Convolution.of(2, 1))
                .batchNorm(
                        parameters.buffer("bn.running_mean", each, Initializer.ZEROS),
                        parameters.buffer("bn.running_var", each, Initializer.ONES),
                        parameters.parameter("bn.weight", each, Initializer.ONES),
                        parameters.parameter("bn.bias", each, Initializer.ZEROS),
                        1e-5f,
                        0.1f)
                .relu();
    }
}
