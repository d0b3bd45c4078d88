package io.captioner.examples;

import io.captioner.OptionException;
import io.captioner.nn.Convolution;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.function.UnaryOperator;

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
        UnaryOperator<Tensor> blocks = UnaryOperator.identity();
        int channels = 3;
        for (int layer = 0; layer < LAYERS; layer++) {
            int wider = featureSize >> (LAYERS - 1 - layer);
            UnaryOperator<Tensor> before = blocks;
            UnaryOperator<Tensor> block = block(parameters.scope("layer" + layer), channels, wider);
            blocks = x -> block.apply(before.apply(x));
            channels = wider;
        }
        UnaryOperator<Tensor> all = blocks;
        Tensor position = parameters.parameter("position", Shape.of(places, featureSize), Initializer.normal(0.5f));
        return pixels -> all.apply(pixels) // (N, 3, H, W) to (N, D, H / 8, W / 8)
                .reshape(0, featureSize, -1)
                .transpose(0, 2, 1)
                .plus(position); // (N, L, D)
    }

    /** y = relu(norm(W * x)), half as wide and high. */
    private static UnaryOperator<Tensor> block(Parameters parameters, int in, int out) {
        Shape each = Shape.of(out);
        Tensor weight =
                parameters.parameter("conv.weight", Shape.of(out, in, 3, 3), Initializer.kaimingFanOut(9L * out));
        Tensor mean = parameters.buffer("bn.running_mean", each, Initializer.ZEROS);
        Tensor variance = parameters.buffer("bn.running_var", each, Initializer.ONES);
        Tensor scale = parameters.parameter("bn.weight", each, Initializer.ONES);
        Tensor shift = parameters.parameter("bn.bias", each, Initializer.ZEROS);
        return x -> x.conv2d(weight, null, Convolution.of(2, 1))
                .batchNorm(mean, variance, scale, shift, 1e-5f, 0.1f)
                .relu();
    }
}
