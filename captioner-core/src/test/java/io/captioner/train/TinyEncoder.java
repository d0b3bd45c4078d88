package io.captioner.train;

import io.captioner.model.Staged;
import io.captioner.nn.Convolution;
import io.captioner.nn.Encoder;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;

/** Two convolutions: over squares of pixels, then over each place alone. Small enough to train within a test. */
public record TinyEncoder(int patch, int featureSize) implements Staged {
    @Override
    public Grid grid(int height, int width) {
        return new Grid(height / patch, width / patch);
    }

    @Override
    public List<List<String>> stages() {
        return List.of(List.of("patches"), List.of("places"));
    }

    @Override
    public UnaryOperator<Tensor> bindUntil(Parameters parameters, int stage) {
        UnaryOperator<Tensor> x = UnaryOperator.identity();
        UnaryOperator<Tensor> first = stage > 0 ? patches(parameters) : x;
        UnaryOperator<Tensor> second = stage > 1 ? places(parameters) : x;
        return pixels -> second.apply(first.apply(pixels));
    }

    @Override
    public Encoder bindFrom(Parameters parameters, int stage) {
        UnaryOperator<Tensor> x = UnaryOperator.identity();
        UnaryOperator<Tensor> first = stage < 1 ? patches(parameters) : x;
        UnaryOperator<Tensor> second = stage < 2 ? places(parameters) : x;
        return activations -> second.apply(first.apply(activations))
                .reshape(0, featureSize, -1)
                .transpose(0, 2, 1);
    }

    private UnaryOperator<Tensor> patches(Parameters parameters) {
        Tensor weight = parameters.parameter(
                "patches.weight", Shape.of(featureSize, 3, patch, patch), Initializer.fanIn(3L * patch * patch));
        return pixels -> pixels.conv2d(weight, null, Convolution.of(patch, 0)).relu();
    }

    private UnaryOperator<Tensor> places(Parameters parameters) {
        Tensor weight = parameters.parameter(
                "places.weight", Shape.of(featureSize, featureSize, 1, 1), Initializer.fanIn(featureSize));
        return x -> x.conv2d(weight, null, Convolution.of(1, 0)).relu();
    }
}
