package io.captioner.nn;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape rules of the operations of {@link Tensor} that layers are made of, products, convolution, normalisation and pooling: {@link Shapes} has
 * what holds for all.
 *
 * <p>Each method throws a {@link ShapeException} that names the operation, the shapes and what was expected.
 */
public final class LayerShapes {
    private static final long UNKNOWN = Shape.UNKNOWN;

    private LayerShapes() {}

    /** The shape of a matrix product over the last two axes: (..., m, k) and (..., k, n) give (..., m, n). */
    public static Shape matmul(Shape a, Shape b) {
        if (a.rank() < 2 || b.rank() < 2 || !Shapes.fits(a.dim(-1), b.dim(-2))) {
            throw Shapes.error("matmul", "(..., m, k) and (..., k, n)", a, b);
        }
        Shape leading = Shapes.broadcast("matmul", leading(a, 2), leading(b, 2));
        List<Long> dims = Shapes.list(leading);
        dims.add(a.dim(-2));
        dims.add(b.dim(-1));
        return Shapes.of(dims);
    }

    /** The shape of x W^T + b: (..., in), weight (out, in), bias (out) or none. */
    public static Shape linear(Shape x, Shape weight, @Nullable Shape bias) {
        boolean fits = x.rank() >= 1
                && weight.rank() == 2
                && Shapes.fits(x.dim(-1), weight.dim(1))
                && (bias == null || bias.rank() == 1 && Shapes.fits(bias.dim(0), weight.dim(0)));
        if (!fits) {
            throw Shapes.error("linear", "(..., in), weight (out, in) and bias (out) or none", some(x, weight, bias));
        }
        return x.with(-1, weight.dim(0));
    }

    /** The shape of a convolution: (N, C, H, W), weight (O, C / groups, kh, kw), bias (O) or none give (N, O, H', W'). */
    public static Shape conv2d(Shape x, Shape weight, @Nullable Shape bias, Convolution convolution) {
        int groups = convolution.groups();
        boolean fits = x.rank() == 4
                && weight.rank() == 4
                && (x.dim(1) == UNKNOWN || weight.dim(1) == UNKNOWN || x.dim(1) == weight.dim(1) * groups)
                && (weight.dim(0) == UNKNOWN || weight.dim(0) % groups == 0)
                && (bias == null || bias.rank() == 1 && Shapes.fits(bias.dim(0), weight.dim(0)));
        if (!fits) {
            throw Shapes.error(
                    "conv2d",
                    "(N, C, H, W), weight (O, C / groups, kh, kw) and bias (O) or none, O divisible by groups = "
                            + groups,
                    some(x, weight, bias));
        }
        long rows =
                windows("conv2d", x, 2, convolution.top() + convolution.bottom(), weight.dim(2), convolution.stride());
        long columns =
                windows("conv2d", x, 3, convolution.left() + convolution.right(), weight.dim(3), convolution.stride());
        return Shape.of(x.dim(0), weight.dim(0), rows, columns);
    }

    /** The shape of a batch normalisation: that of x, (N, C, ...); all parameters are (C). */
    public static Shape batchNorm(Shape x, Shape runningMean, Shape runningVar, Shape weight, Shape bias) {
        boolean fits = x.rank() >= 2;
        for (Shape shape : List.of(runningMean, runningVar, weight, bias)) {
            fits = fits && shape.rank() == 1 && Shapes.fits(shape.dim(0), x.dim(1));
        }
        if (!fits) {
            throw Shapes.error("batchNorm", "(N, C, ...) and four times (C)", x, runningMean, runningVar, weight, bias);
        }
        return x;
    }

    /** The shape of a layer normalisation: that of x, (..., D); weight and bias are (D). */
    public static Shape layerNorm(Shape x, Shape weight, Shape bias) {
        boolean fits = x.rank() >= 1
                && weight.rank() == 1
                && bias.rank() == 1
                && Shapes.fits(weight.dim(0), x.dim(-1))
                && Shapes.fits(bias.dim(0), x.dim(-1));
        if (!fits) {
            throw Shapes.error("layerNorm", "(..., D), weight (D) and bias (D)", x, weight, bias);
        }
        return x;
    }

    /** The shape of a pooling with square windows of (N, C, H, W); padding is at most half the kernel. */
    public static Shape pool2d(String operation, Shape x, int kernel, int stride, int padding) {
        if (x.rank() != 4 || kernel < 1 || stride < 1 || padding < 0 || padding > kernel / 2) {
            throw Shapes.error(
                    operation,
                    "(N, C, H, W), kernel and stride of at least 1, padding from 0 to half the kernel; not kernel "
                            + kernel + ", stride " + stride + ", padding " + padding,
                    x);
        }
        return x.with(2, windows(operation, x, 2, 2L * padding, kernel, stride))
                .with(3, windows(operation, x, 3, 2L * padding, kernel, stride));
    }

    /** The shape of a pooling to exactly (N, C, rows, columns) of (N, C, H, W), H and W known. */
    public static Shape adaptiveAvgPool2d(Shape x, int rows, int columns) {
        boolean fits = x.rank() == 4 && x.dim(2) > 0 && x.dim(3) > 0 && rows > 0 && columns > 0;
        if (!fits) {
            throw Shapes.error(
                    "adaptiveAvgPool2d",
                    "(N, C, H, W) with known H and W, to at least (1, 1), not (" + rows + ", " + columns + ")",
                    x);
        }
        return x.with(2, rows).with(3, columns);
    }

    private static long windows(String operation, Shape x, int axis, long padding, long kernel, int stride) {
        if (x.dim(axis) == UNKNOWN || kernel == UNKNOWN) {
            return UNKNOWN;
        }
        long room = x.dim(axis) + padding - kernel;
        if (room < 0) {
            throw Shapes.error(
                    operation,
                    "a window of " + kernel + " to fit into axis " + axis + " with padding of " + padding + " in all",
                    x);
        }
        return room / stride + 1;
    }

    private static Shape leading(Shape x, int without) {
        return Shape.of(Arrays.copyOf(x.toArray(), x.rank() - without));
    }

    private static Shape[] some(Shape x, Shape weight, @Nullable Shape bias) {
        return bias == null ? new Shape[] {x, weight} : new Shape[] {x, weight, bias};
    }
}
