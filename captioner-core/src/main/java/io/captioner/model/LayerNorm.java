package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/** y = (x - mean) / sqrt(variance + epsilon) * weight + bias over the last axis: Ba et al. 2016. */
record LayerNorm(Tensor weight, Tensor bias, float epsilon) {
    static LayerNorm of(Parameters parameters, int size, float epsilon) {
        return new LayerNorm(
                parameters.parameter("weight", Shape.of(size), Initializer.ONES),
                parameters.parameter("bias", Shape.of(size), Initializer.ZEROS),
                epsilon);
    }

    Tensor apply(Tensor x) {
        return x.layerNorm(weight, bias, epsilon);
    }
}
