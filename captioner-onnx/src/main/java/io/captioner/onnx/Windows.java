package io.captioner.onnx;

import io.captioner.nn.Checks;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import org.jspecify.annotations.Nullable;

/** Operations that walk a window over (N, C, H, W). */
final class Windows {
    private Windows() {}

    static Tensor convolve(GraphTensor x, Tensor weight, @Nullable Tensor bias, Convolution convolution) {
        Checks.floats("conv2d", bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
        Shape result = LayerShapes.conv2d(x.shape(), weight.shape(), bias == null ? null : bias.shape(), convolution);
        return x.record(
                "Conv",
                result,
                DType.FLOAT32,
                x.with(weight, bias),
                Attributes.list("kernel_shape", weight.dim(2), weight.dim(3)),
                Attributes.list("strides", convolution.stride(), convolution.stride()),
                Attributes.list(
                        "pads", convolution.top(), convolution.left(), convolution.bottom(), convolution.right()),
                Attributes.of("group", convolution.groups()));
    }

    static Tensor maxPool(GraphTensor x, int kernel, int stride, int padding) {
        Checks.floats("maxPool2d", x);
        return x.record(
                "MaxPool",
                LayerShapes.pool2d("maxPool2d", x.shape(), kernel, stride, padding),
                DType.FLOAT32,
                x.with(),
                Attributes.list("kernel_shape", kernel, kernel),
                Attributes.list("strides", stride, stride),
                Attributes.list("pads", padding, padding, padding, padding));
    }

    static Tensor averagePool(GraphTensor x, int kernel, int stride) {
        Checks.floats("avgPool2d", x);
        Shape result = LayerShapes.pool2d("avgPool2d", x.shape(), kernel, stride, 0);
        return averagePool(x, result, kernel, kernel, stride, stride);
    }

    private static Tensor averagePool(
            GraphTensor x, Shape result, long kernelRows, long kernelColumns, long strideRows, long strideColumns) {
        return x.record(
                "AveragePool",
                result,
                DType.FLOAT32,
                x.with(),
                Attributes.list("kernel_shape", kernelRows, kernelColumns),
                Attributes.list("strides", strideRows, strideColumns));
    }

    static Tensor adaptiveAveragePool(GraphTensor x, int rows, int columns) {
        Checks.floats("adaptiveAvgPool2d", x);
        Shape result = LayerShapes.adaptiveAvgPool2d(x.shape(), rows, columns);
        long height = x.dim(2);
        long width = x.dim(3);
        if (height == rows && width == columns) {
            return x;
        }
        if (rows == 1 && columns == 1) {
            return x.record("GlobalAveragePool", result, DType.FLOAT32, x.with());
        }
        if (height % rows == 0 && width % columns == 0) {
            return averagePool(x, result, height / rows, width / columns, height / rows, width / columns);
        }
        // The mean over a rectangle is that over its rows of that over its columns: Y = R X C^T.
        GraphTensor over = x.builder().constant(means(rows, height));
        GraphTensor down = x.builder().constant(means(columns, width));
        return over.matmul(x.matmul(down.transpose(1, 0)));
    }

    /** (parts, extent): row i takes the mean of [floor(i * extent / parts), ceil((i + 1) * extent / parts)), as PyTorch does. */
    private static HostTensor means(int parts, long extent) {
        float[] means = new float[Math.toIntExact(parts * extent)];
        for (int i = 0; i < parts; i++) {
            long from = i * extent / parts;
            long to = ((i + 1) * extent + parts - 1) / parts;
            for (long j = from; j < to; j++) {
                means[Math.toIntExact(i * extent + j)] = 1f / (to - from);
            }
        }
        return HostTensor.ofFloats(Shape.of(parts, extent), means);
    }
}
