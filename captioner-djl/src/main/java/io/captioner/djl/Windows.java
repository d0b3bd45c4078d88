package io.captioner.djl;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.Convolution;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Tensor;
import org.jspecify.annotations.Nullable;

/** Operations that walk a window over (N, C, H, W). */
final class Windows {
    private Windows() {}

    static Tensor convolve(DjlTensor x, DjlTensor weight, @Nullable DjlTensor bias, Convolution c) {
        io.captioner.nn.Shape result =
                LayerShapes.conv2d(x.shape(), weight.shape(), bias == null ? null : bias.shape(), c);
        int vertical = Math.min(c.top(), c.bottom());
        int horizontal = Math.min(c.left(), c.right());
        PtNDArray padded = x.array();
        if (c.top() != c.bottom() || c.left() != c.right()) {
            // libtorch pads both sides alike: the difference is added first, last axis first.
            padded = JniUtils.pad(
                    padded,
                    new long[] {c.left() - horizontal, c.right() - horizontal, c.top() - vertical, c.bottom() - vertical
                    },
                    0);
        }
        PtNDArray y = JniUtils.convolution(
                padded,
                weight.array(),
                bias == null ? null : bias.array(),
                square(c.stride()),
                new Shape(vertical, horizontal),
                square(1),
                c.groups());
        if (padded != x.array()) {
            padded.close();
        }
        return x.make(y, x.type(), result, weight, bias);
    }

    static Tensor maxPool(DjlTensor x, int kernel, int stride, int padding) {
        io.captioner.nn.Shape result = LayerShapes.pool2d("maxPool2d", x.shape(), kernel, stride, padding);
        PtNDArray y = JniUtils.maxPool(x.array(), square(kernel), square(stride), square(padding), false);
        return x.make(y, x.type(), result);
    }

    static Tensor averagePool(DjlTensor x, int kernel, int stride) {
        io.captioner.nn.Shape result = LayerShapes.pool2d("avgPool2d", x.shape(), kernel, stride, 0);
        PtNDArray y = JniUtils.avgPool(x.array(), square(kernel), square(stride), square(0), false, true);
        return x.make(y, x.type(), result);
    }

    static Tensor adaptiveAveragePool(DjlTensor x, int rows, int columns) {
        io.captioner.nn.Shape result = LayerShapes.adaptiveAvgPool2d(x.shape(), rows, columns);
        return x.make(JniUtils.adaptiveAvgPool(x.array(), new Shape(rows, columns)), x.type(), result);
    }

    private static Shape square(int side) {
        return new Shape(side, side);
    }
}
