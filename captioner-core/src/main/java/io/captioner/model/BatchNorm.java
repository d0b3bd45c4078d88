package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/** y = (x - mean) / sqrt(variance + epsilon) * weight + bias for each channel of (N, C, H, W): Ioffe and Szegedy 2015. */
record BatchNorm(Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, float epsilon) {
    /** How far the running statistics move towards a batch's: the default of PyTorch, and so of torchvision and timm. */
    private static final float MOMENTUM = 0.1f;

    static BatchNorm of(Parameters parameters, int channels, float epsilon) {
        Shape shape = Shape.of(channels);
        return new BatchNorm(
                parameters.buffer("running_mean", shape, Initializer.ZEROS),
                parameters.buffer("running_var", shape, Initializer.ONES),
                parameters.parameter("weight", shape, Initializer.ONES),
                parameters.parameter("bias", shape, Initializer.ZEROS),
                epsilon);
    }

    Tensor apply(Tensor x) {
        return x.batchNorm(runningMean, runningVar, weight, bias, epsilon, MOMENTUM);
    }
}
