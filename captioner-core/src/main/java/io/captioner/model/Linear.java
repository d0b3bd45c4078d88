package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * y = x W^T + b.
 *
 * @param weight (out, in)
 * @param bias (out), or none
 */
record Linear(Tensor weight, @Nullable Tensor bias) {
    /** With PyTorch's initial values. */
    static Linear of(Parameters parameters, int in, int out, boolean bias) {
        Initializer initial = Initializer.fanIn(in);
        return new Linear(
                parameters.parameter("weight", Shape.of(out, in), initial),
                bias ? parameters.parameter("bias", Shape.of(out), initial) : null);
    }

    static Linear of(Parameters parameters, int in, int out) {
        return of(parameters, in, out, true);
    }

    /** (..., in) to (..., out). */
    Tensor apply(Tensor x) {
        return x.linear(weight, bias);
    }
}
