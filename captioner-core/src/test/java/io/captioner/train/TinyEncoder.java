package io.captioner.train;

import io.captioner.model.Staged;
import io.captioner.nn.Convolution;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;

/** Two convolutions: over squares of pixels, then over each place alone. Small enough to train within a test. */
public record TinyEncoder(int patch, int featureSize) implements EncoderArchitecture, Staged {
    @Override
    public Grid grid(int height, int width) {
        return new Grid(height / patch, width / patch);
    }

    @Override
    public List<List<String>> stages() {
        return List.of(List.of("patches"), List.of("places"));
    }

    @Override
    public Encoder bind(Parameters parameters) {
        Tensor patches = parameters.parameter(
                "patches.weight", Shape.of(featureSize, 3, patch, patch), Initializer.fanIn(3L * patch * patch));
        Tensor places = parameters.parameter(
                "places.weight", Shape.of(featureSize, featureSize, 1, 1), Initializer.fanIn(featureSize));
        return pixels -> pixels.conv2d(patches, null, Convolution.of(patch, 0))
                .relu()
                .conv2d(places, null, Convolution.of(1, 0))
                .relu()
                .reshape(0, featureSize, -1)
                .transpose(0, 2, 1);
    }
}
