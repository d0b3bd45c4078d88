package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/**
 * Layer normalisation of the last axis: Ba et al. 2016.
 *
 * @param weight (D)
 * @param bias (D)
 */
record NormLayer(Tensor weight, Tensor bias, float epsilon) {
    static NormLayer of(Parameters parameters, int size, double epsilon) {
        return new NormLayer(
                parameters.parameter("weight", Shape.of(size), Initializer.ONES),
                parameters.parameter("bias", Shape.of(size), Initializer.ZEROS),
                (float) epsilon);
    }

    /** (..., D) to (..., D). */
    Tensor apply(Tensor x) {
        return x.layerNorm(weight, bias, epsilon);
    }
}
