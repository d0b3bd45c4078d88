package io.captioner.model;

import io.captioner.nn.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Widen, convolve each channel alone, narrow without an activation; plus x where the shape stays: Sandler et al. 2018. Without the first,
 * it is the separable convolution of Howard et al. 2017.
 *
 * @param expand 1 x 1, or none
 * @param depthwise each channel alone, with the stride
 * @param project 1 x 1
 * @param residual whether x is added
 * @param same whether padding is TensorFlow's "same", else PyTorch's half kernel
 */
record InvertedResidual(
        @Nullable ConvNorm expand, ConvNorm depthwise, ConvNorm project, int stride, boolean residual, boolean same) {
    Tensor apply(Tensor x) {
        Tensor wide = expand == null ? x : relu6(convolve(expand, x, 1)); // (N, wide, h, w)
        Tensor narrow = convolve(project, relu6(convolve(depthwise, wide, stride)), 1); // (N, out, h', w')
        return residual ? narrow.plus(x) : narrow;
    }

    private Tensor convolve(ConvNorm convolution, Tensor x, int stride) {
        return same ? convolution.same(x, stride) : convolution.padded(x, stride);
    }

    /** min(max(x, 0), 6). */
    static Tensor relu6(Tensor x) {
        return x.clamp(0, 6);
    }
}
