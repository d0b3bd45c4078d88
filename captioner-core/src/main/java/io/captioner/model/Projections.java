package io.captioner.model;

import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/**
 * The weights of PyTorch's {@code MultiheadAttention}: those of query, key and value one below another, and the output's.
 *
 * @param weight W_q, W_k, W_v (3 W, W)
 * @param bias b_q, b_k, b_v (3 W)
 * @param out W to W
 * @param width W
 */
record Projections(Tensor weight, Tensor bias, Linear out, int width) {
    static Projections of(Parameters parameters, int width) {
        // Glorot and Bengio 2010 for the three as one matrix, as PyTorch does
        Initializer glorot = Initializer.uniform((float) Math.sqrt(6.0 / (4.0 * width)));
        Parameters out = parameters.scope("out_proj");
        return new Projections(
                parameters.parameter("in_proj_weight", Shape.of(3L * width, width), glorot),
                parameters.parameter("in_proj_bias", Shape.of(3L * width), Initializer.ZEROS),
                new Linear(
                        out.parameter("weight", Shape.of(width, width), Initializer.fanIn(width)),
                        out.parameter("bias", Shape.of(width), Initializer.ZEROS)),
                width);
    }

    /** Query, key and value at once: W to 3 W. */
    Linear all() {
        return new Linear(weight, bias);
    }

    /** The query: W to W. */
    Linear query() {
        return part(0, 1);
    }

    /** Key and value at once: W to 2 W. */
    Linear keyAndValue() {
        return part(1, 3);
    }

    private Linear part(int from, int to) {
        return new Linear(
                weight.slice(0, (long) from * width, (long) to * width),
                bias.slice(0, (long) from * width, (long) to * width));
    }
}
