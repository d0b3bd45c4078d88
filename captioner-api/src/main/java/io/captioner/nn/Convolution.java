package io.captioner.nn;

/**
 * How a two-dimensional convolution walks over its input. Padding is given per side because TensorFlow's "same" padding at
 * stride 2 is not symmetric.
 *
 * @param stride step along both axes, at least 1
 * @param top rows of zeros above, at least 0
 * @param left columns of zeros to the left
 * @param bottom rows of zeros below
 * @param right columns of zeros to the right
 * @param groups groups of channels that do not see each other, at least 1; the number of channels makes it depthwise
 */
public record Convolution(int stride, int top, int left, int bottom, int right, int groups) {
    public Convolution {
        if (stride < 1) {
            throw new IllegalArgumentException("stride is " + stride + "; it must be at least 1");
        }
        if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0) {
            throw new IllegalArgumentException("padding must not be negative: top " + top + ", left " + left
                    + ", bottom " + bottom + ", right " + right);
        }
        if (groups < 1) {
            throw new IllegalArgumentException("groups is " + groups + "; it must be at least 1");
        }
    }

    /** Equal padding on all sides, one group: PyTorch's {@code Conv2d(stride=stride, padding=padding)}. */
    public static Convolution of(int stride, int padding) {
        return new Convolution(stride, padding, padding, padding, padding, 1);
    }

    /**
     * TensorFlow's "same" padding: ceil(input / stride) outputs, an odd rest of the padding goes below and to the right.
     *
     * @param height extent of the input along H
     * @param width extent of the input along W
     */
    public static Convolution same(long height, long width, int kernel, int stride) {
        int vertical = samePadding(height, kernel, stride);
        int horizontal = samePadding(width, kernel, stride);
        return new Convolution(
                stride, vertical / 2, horizontal / 2, vertical - vertical / 2, horizontal - horizontal / 2, 1);
    }

    /** This with {@code groups}. */
    public Convolution grouped(int groups) {
        return new Convolution(stride, top, left, bottom, right, groups);
    }

    private static int samePadding(long input, int kernel, int stride) {
        long outputs = (input + stride - 1) / stride;
        return (int) Math.max((outputs - 1) * stride + kernel - input, 0);
    }
}
