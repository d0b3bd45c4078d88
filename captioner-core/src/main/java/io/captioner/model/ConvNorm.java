package io.captioner.model;

import io.captioner.nn.Convolution;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/**
 * A convolution without bias, then batch normalisation, which has one.
 *
 * @param weight (O, C / groups, kernel, kernel)
 * @param norm over O channels
 * @param groups of channels that do not see each other
 */
record ConvNorm(Tensor weight, BatchNorm norm, int groups) {
    /**
     * The names of the two differ from model to model, so {@code parameters} is the scope around both.
     *
     * @param conv name of the convolution
     * @param norm name of the normalisation
     */
    static ConvNorm of(
            Parameters parameters, String conv, String norm, int in, int out, int kernel, int groups, float epsilon) {
        Shape shape = Shape.of(out, in / groups, kernel, kernel);
        Initializer initial = Initializer.kaimingFanOut((long) kernel * kernel * out / groups);
        return new ConvNorm(
                parameters.scope(conv).parameter("weight", shape, initial),
                BatchNorm.of(parameters.scope(norm), out, epsilon),
                groups);
    }

    /** Half a kernel of zeros on all sides, as PyTorch's models have it. */
    Tensor padded(Tensor x, int stride) {
        return apply(x, Convolution.of(stride, (int) weight.dim(-1) / 2));
    }

    /** TensorFlow's "same" padding, which follows from the extents of {@code x}. */
    Tensor same(Tensor x, int stride) {
        return apply(x, Convolution.same(x.dim(2), x.dim(3), (int) weight.dim(-1), stride));
    }

    private Tensor apply(Tensor x, Convolution convolution) {
        return norm.apply(x.conv2d(weight, null, convolution.grouped(groups)));
    }
}
