package io.captioner.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The shape rule of every operation of {@link Tensor} and {@link Algebra}: from the operands' shapes to the result's, so that all
 * backends fail alike and before anything runs. An {@link Shape#UNKNOWN} extent fits everything; the result is known wherever it can be.
 *
 * <p>Each method throws a {@link ShapeException} that names the operation, the shapes and what was expected.
 */
public final class Shapes {
    private static final long UNKNOWN = Shape.UNKNOWN;

    private Shapes() {}

    // element-wise -----------------------------------------------------------------------------------------------------

    /** The common shape to which {@code shapes} broadcast, as in NumPy: aligned at the last axis, extents equal or 1. */
    public static Shape broadcast(String operation, Shape... shapes) {
        long[] dims = new long[Arrays.stream(shapes).mapToInt(Shape::rank).max().orElse(0)];
        Arrays.fill(dims, 1);
        for (Shape shape : shapes) {
            int offset = dims.length - shape.rank();
            for (int axis = 0; axis < shape.rank(); axis++) {
                long here = dims[offset + axis];
                long there = shape.dim(axis);
                if (here == 1 || here == there) {
                    dims[offset + axis] = there;
                } else if (here == UNKNOWN) {
                    dims[offset + axis] = there == 1 ? UNKNOWN : there;
                } else if (there != 1 && there != UNKNOWN) {
                    throw error(operation, "extents equal or 1, aligned at the last axis", shapes);
                }
            }
        }
        return Shape.of(dims);
    }

    // reduction --------------------------------------------------------------------------------------------------------

    /** The shape of a sum or mean over {@code axes} (all when none is named). */
    public static Shape reduce(String operation, Shape x, boolean keepAxes, int... axes) {
        boolean[] reduced = new boolean[x.rank()];
        Arrays.fill(reduced, axes.length == 0);
        for (int axis : axes) {
            int at = axis(operation, x, axis);
            if (reduced[at]) {
                throw error(operation, "each axis at most once, not " + Arrays.toString(axes), x);
            }
            reduced[at] = true;
        }
        List<Long> dims = new ArrayList<>();
        for (int axis = 0; axis < reduced.length; axis++) {
            if (!reduced[axis]) {
                dims.add(x.dim(axis));
            } else if (keepAxes) {
                dims.add(1L);
            }
        }
        return of(dims);
    }

    /** The shape of the largest element along {@code axis}, whose extent is at least 1. */
    public static Shape max(Shape x, boolean keepAxis, int axis) {
        if (x.dim(axis("max", x, axis)) == 0) {
            throw error("max", "at least one element along axis " + axis, x);
        }
        return reduce("max", x, keepAxis, axis);
    }

    /** The shape of a softmax along {@code axis}: that of x. */
    public static Shape softmax(String operation, Shape x, int axis) {
        axis(operation, x, axis);
        return x;
    }

    /**
     * The shape of the k largest elements along the last axis.
     *
     * @param k the shape of the tensor that says how many
     * @param count its value, or {@link Shape#UNKNOWN}
     */
    public static Shape topK(Shape x, Shape k, long count) {
        if (k.rank() != 0) {
            throw error("topK", "k as a scalar", x, k);
        }
        long last = x.dim(axis("topK", x, -1));
        if (count != UNKNOWN && (count < 1 || last != UNKNOWN && count > last)) {
            throw error("topK", "k of at least 1 and at most the last extent, not " + count, x);
        }
        return x.with(-1, count);
    }

    // form -------------------------------------------------------------------------------------------------------------

    /** The shape after {@link Tensor#reshape}: 0 keeps the extent at its place, one -1 is inferred. */
    public static Shape reshape(Shape x, long... wanted) {
        String expected = "as many elements in " + Arrays.toString(wanted);
        long[] dims = wanted.clone();
        int inferred = -1;
        long written = 1; // elements over the axes whose extent is written out
        long rest = 1; // elements of x over the axes that are not kept, as far as known
        boolean known = true;
        boolean[] kept = new boolean[x.rank()];
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == 0) {
                if (i >= x.rank()) {
                    throw error("reshape", "0 in " + Arrays.toString(wanted) + " only where there is an axis to keep", x);
                }
                dims[i] = x.dim(i);
                kept[i] = true;
            } else if (dims[i] == -1 && inferred < 0) {
                inferred = i;
            } else if (dims[i] < 0) {
                throw error("reshape", "extents of at least 1, 0 to keep or one -1, not " + Arrays.toString(wanted), x);
            } else {
                written = Math.multiplyExact(written, dims[i]);
            }
        }
        for (int i = 0; i < x.rank(); i++) {
            if (!kept[i] && x.dim(i) == UNKNOWN) {
                known = false;
            } else if (!kept[i]) {
                rest = Math.multiplyExact(rest, x.dim(i));
            }
        }
        // An unknown extent multiplies the rest: without one to be inferred, the written extents must leave room for it.
        boolean fits = inferred >= 0 ? !known || rest % written == 0 : known ? rest == written : rest == 0 || written % rest == 0;
        if (!fits) {
            throw error("reshape", expected, x);
        }
        if (inferred >= 0) {
            dims[inferred] = known ? rest / written : UNKNOWN;
        }
        return Shape.of(dims);
    }

    /** The shape after {@link Tensor#transpose}: axis i of the result is axis {@code axes[i]} of x. */
    public static Shape transpose(Shape x, int... axes) {
        boolean[] seen = new boolean[x.rank()];
        long[] dims = new long[x.rank()];
        if (axes.length != x.rank()) {
            throw error("transpose", "each axis once, not " + Arrays.toString(axes), x);
        }
        for (int i = 0; i < axes.length; i++) {
            int axis = axis("transpose", x, axes[i]);
            if (seen[axis]) {
                throw error("transpose", "each axis once, not " + Arrays.toString(axes), x);
            }
            seen[axis] = true;
            dims[i] = x.dim(axis);
        }
        return Shape.of(dims);
    }

    /** The shape with a new axis of extent 1 before {@code axis}; -1 appends it. */
    public static Shape expandDims(Shape x, int axis) {
        int at = newAxis("expandDims", x, axis);
        List<Long> dims = list(x);
        dims.add(at, 1L);
        return of(dims);
    }

    /** The shape without {@code axis}, whose extent is 1. */
    public static Shape squeeze(Shape x, int axis) {
        int at = axis("squeeze", x, axis);
        if (x.dim(at) != 1 && x.dim(at) != UNKNOWN) {
            throw error("squeeze", "extent 1 along axis " + axis, x);
        }
        List<Long> dims = list(x);
        dims.remove(at);
        return of(dims);
    }

    /**
     * The shape of a slice. Bounds lie within the axis (they are not clipped as in Python), except that {@link Long#MAX_VALUE} is the
     * end, and do not cross; an empty slice is allowed.
     */
    public static Shape slice(Shape x, int axis, long from, long to) {
        int at = axis("slice", x, axis);
        long extent = x.dim(at);
        String expected = "bounds within axis " + axis + " and from <= to, not " + from + ".." + (to == Long.MAX_VALUE ? "end" : to);
        if (extent == UNKNOWN) {
            long end = to == Long.MAX_VALUE ? 0 : to;
            boolean fromEnd = to < 0 || to == Long.MAX_VALUE;
            if (from < 0 != fromEnd) {
                return x.with(at, UNKNOWN);
            }
            if (from > end) {
                throw error("slice", expected, x);
            }
            return x.with(at, end - from);
        }
        long first = from < 0 ? from + extent : from;
        long last = to == Long.MAX_VALUE ? extent : to < 0 ? to + extent : to;
        if (first < 0 || last > extent || first > last) {
            throw error("slice", expected, x);
        }
        return x.with(at, last - first);
    }

    /** The shape of each of {@code parts} equal pieces along {@code axis}, whose extent is known and divisible. */
    public static Shape split(Shape x, int axis, int parts) {
        int at = axis("split", x, axis);
        if (parts < 1 || x.dim(at) == UNKNOWN || x.dim(at) % parts != 0) {
            throw error("split", "a known extent along axis " + axis + " that is divisible by " + parts, x);
        }
        return x.with(at, x.dim(at) / parts);
    }

    /** The shape after {@link Tensor#expand}: axes of extent 1 repeated to {@code wanted}, -1 keeps. */
    public static Shape expand(Shape x, long... wanted) {
        String expected = "an equal rank, and other extents only where it is 1, not " + Arrays.toString(wanted);
        if (wanted.length != x.rank()) {
            throw error("expand", expected, x);
        }
        long[] dims = x.toArray();
        for (int i = 0; i < dims.length; i++) {
            if (wanted[i] < -1 || wanted[i] >= 0 && dims[i] != 1 && dims[i] != UNKNOWN && dims[i] != wanted[i]) {
                throw error("expand", expected, x);
            }
            dims[i] = wanted[i] == -1 ? dims[i] : wanted[i];
        }
        return Shape.of(dims);
    }

    /** The shape after {@link Tensor#expandAs}: that of {@code other}, of equal rank. */
    public static Shape expandAs(Shape x, Shape other) {
        if (x.rank() != other.rank()) {
            throw error("expandAs", "equal ranks", x, other);
        }
        long[] dims = other.toArray();
        for (int i = 0; i < dims.length; i++) {
            if (x.dim(i) != 1 && !fits(x.dim(i), dims[i])) {
                throw error("expandAs", "other extents only where it is 1", x, other);
            }
            dims[i] = dims[i] == UNKNOWN && x.dim(i) != 1 ? x.dim(i) : dims[i];
        }
        return Shape.of(dims);
    }

    /** The shape of tensors joined along {@code axis}; all other extents are equal. */
    public static Shape concat(int axis, List<Shape> shapes) {
        if (shapes.isEmpty()) {
            throw error("concat", "at least one tensor");
        }
        Shape[] all = shapes.toArray(Shape[]::new);
        int at = axis("concat", all[0], axis);
        long[] dims = all[0].toArray();
        for (Shape shape : shapes.subList(1, shapes.size())) {
            if (shape.rank() != dims.length) {
                throw error("concat", "equal ranks", all);
            }
            for (int i = 0; i < dims.length; i++) {
                if (i == at) {
                    dims[i] = dims[i] == UNKNOWN || shape.dim(i) == UNKNOWN ? UNKNOWN : dims[i] + shape.dim(i);
                } else if (fits(dims[i], shape.dim(i))) {
                    dims[i] = Math.max(dims[i], shape.dim(i));
                } else {
                    throw error("concat", "equal extents on all axes but " + axis, all);
                }
            }
        }
        return Shape.of(dims);
    }

    // indexing ---------------------------------------------------------------------------------------------------------

    /** The shape of rows (V, ...) at indices: (indices..., ...). */
    public static Shape rows(Shape table, Shape indices) {
        axis("rows", table, 0);
        List<Long> dims = list(indices);
        dims.addAll(list(table).subList(1, table.rank()));
        return of(dims);
    }

    /** The shape of (N, R, ...) at index (N, K): (N, K, ...). */
    public static Shape gatherRows(Shape x, Shape index) {
        if (x.rank() < 2 || index.rank() != 2 || !fits(x.dim(0), index.dim(0))) {
            throw error("gatherRows", "(N, R, ...) and an index (N, K)", x, index);
        }
        return x.with(0, Math.max(x.dim(0), index.dim(0))).with(1, index.dim(1));
    }

    /** The shape of a gather along {@code axis}: that of the index, of equal extents on all other axes. */
    public static Shape gather(Shape x, int axis, Shape index) {
        int at = axis("gather", x, axis);
        if (x.rank() != index.rank()) {
            throw error("gather", "an index of equal rank", x, index);
        }
        long[] dims = index.toArray();
        for (int i = 0; i < dims.length; i++) {
            if (i != at && !fits(x.dim(i), dims[i])) {
                throw error("gather", "an index of equal extents on all axes but " + axis, x, index);
            }
            dims[i] = i == at ? dims[i] : Math.max(dims[i], x.dim(i));
        }
        return Shape.of(dims);
    }

    // linear algebra and fused operations ------------------------------------------------------------------------------

    /** The shape of a matrix product over the last two axes: (..., m, k) and (..., k, n) give (..., m, n). */
    public static Shape matmul(Shape a, Shape b) {
        if (a.rank() < 2 || b.rank() < 2 || !fits(a.dim(-1), b.dim(-2))) {
            throw error("matmul", "(..., m, k) and (..., k, n)", a, b);
        }
        Shape leading = broadcast("matmul", leading(a, 2), leading(b, 2));
        List<Long> dims = list(leading);
        dims.add(a.dim(-2));
        dims.add(b.dim(-1));
        return of(dims);
    }

    /** The shape of x W^T + b: (..., in), weight (out, in), bias (out) or none. */
    public static Shape linear(Shape x, Shape weight, @Nullable Shape bias) {
        boolean fits = x.rank() >= 1
                && weight.rank() == 2
                && fits(x.dim(-1), weight.dim(1))
                && (bias == null || bias.rank() == 1 && fits(bias.dim(0), weight.dim(0)));
        if (!fits) {
            throw error("linear", "(..., in), weight (out, in) and bias (out) or none", some(x, weight, bias));
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
                && (bias == null || bias.rank() == 1 && fits(bias.dim(0), weight.dim(0)));
        if (!fits) {
            throw error(
                    "conv2d",
                    "(N, C, H, W), weight (O, C / groups, kh, kw) and bias (O) or none, O divisible by groups = " + groups,
                    some(x, weight, bias));
        }
        long rows = windows("conv2d", x, 2, convolution.top() + convolution.bottom(), weight.dim(2), convolution.stride());
        long columns = windows("conv2d", x, 3, convolution.left() + convolution.right(), weight.dim(3), convolution.stride());
        return Shape.of(x.dim(0), weight.dim(0), rows, columns);
    }

    /** The shape of a batch normalisation: that of x, (N, C, ...); all parameters are (C). */
    public static Shape batchNorm(Shape x, Shape runningMean, Shape runningVar, Shape weight, Shape bias) {
        boolean fits = x.rank() >= 2;
        for (Shape shape : List.of(runningMean, runningVar, weight, bias)) {
            fits = fits && shape.rank() == 1 && fits(shape.dim(0), x.dim(1));
        }
        if (!fits) {
            throw error("batchNorm", "(N, C, ...) and four times (C)", x, runningMean, runningVar, weight, bias);
        }
        return x;
    }

    /** The shape of a layer normalisation: that of x, (..., D); weight and bias are (D). */
    public static Shape layerNorm(Shape x, Shape weight, Shape bias) {
        boolean fits = x.rank() >= 1
                && weight.rank() == 1
                && bias.rank() == 1
                && fits(weight.dim(0), x.dim(-1))
                && fits(bias.dim(0), x.dim(-1));
        if (!fits) {
            throw error("layerNorm", "(..., D), weight (D) and bias (D)", x, weight, bias);
        }
        return x;
    }

    /** The shape of a pooling with square windows of (N, C, H, W); padding is at most half the kernel. */
    public static Shape pool2d(String operation, Shape x, int kernel, int stride, int padding) {
        if (x.rank() != 4 || kernel < 1 || stride < 1 || padding < 0 || padding > kernel / 2) {
            throw error(
                    operation,
                    "(N, C, H, W), kernel and stride of at least 1, padding from 0 to half the kernel; not kernel " + kernel
                            + ", stride " + stride + ", padding " + padding,
                    x);
        }
        return x.with(2, windows(operation, x, 2, 2L * padding, kernel, stride))
                .with(3, windows(operation, x, 3, 2L * padding, kernel, stride));
    }

    /** The shape of a pooling to exactly (N, C, rows, columns) of (N, C, H, W), H and W known. */
    public static Shape adaptiveAvgPool2d(Shape x, int rows, int columns) {
        boolean fits = x.rank() == 4 && x.dim(2) > 0 && x.dim(3) > 0 && rows > 0 && columns > 0;
        if (!fits) {
            throw error(
                    "adaptiveAvgPool2d", "(N, C, H, W) with known H and W, to at least (1, 1), not (" + rows + ", " + columns + ")", x);
        }
        return x.with(2, rows).with(3, columns);
    }

    // parts ------------------------------------------------------------------------------------------------------------

    /** {@code axis} from the front, or a failure that names the operation. */
    public static int axis(String operation, Shape x, int axis) {
        int at = axis < 0 ? axis + x.rank() : axis;
        if (at < 0 || at >= x.rank()) {
            throw error(operation, "an axis from " + -x.rank() + " to " + (x.rank() - 1) + ", not " + axis, x);
        }
        return at;
    }

    /** Where a new axis goes: 0 to rank from the front, -1 to append. */
    public static int newAxis(String operation, Shape x, int axis) {
        int at = axis < 0 ? axis + x.rank() + 1 : axis;
        if (at < 0 || at > x.rank()) {
            throw error(operation, "a new axis from " + (-x.rank() - 1) + " to " + x.rank() + ", not " + axis, x);
        }
        return at;
    }

    /** Whether an operand or input of {@code actual} may stand where {@code expected} is wanted: equal ranks and known extents. */
    public static boolean fits(Shape expected, Shape actual) {
        if (expected.rank() != actual.rank()) {
            return false;
        }
        for (int axis = 0; axis < expected.rank(); axis++) {
            if (!fits(expected.dim(axis), actual.dim(axis))) {
                return false;
            }
        }
        return true;
    }

    private static boolean fits(long a, long b) {
        return a == b || a == UNKNOWN || b == UNKNOWN;
    }

    private static long windows(String operation, Shape x, int axis, long padding, long kernel, int stride) {
        if (x.dim(axis) == UNKNOWN || kernel == UNKNOWN) {
            return UNKNOWN;
        }
        long room = x.dim(axis) + padding - kernel;
        if (room < 0) {
            throw error(
                    operation,
                    "a window of " + kernel + " to fit into axis " + axis + " with padding of " + padding + " in all",
                    x);
        }
        return room / stride + 1;
    }

    private static Shape leading(Shape x, int without) {
        return Shape.of(Arrays.copyOf(x.toArray(), x.rank() - without));
    }

    private static List<Long> list(Shape x) {
        List<Long> dims = new ArrayList<>();
        for (long dim : x.toArray()) {
            dims.add(dim);
        }
        return dims;
    }

    private static Shape of(List<Long> dims) {
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    private static Shape[] some(Shape x, Shape weight, @Nullable Shape bias) {
        return bias == null ? new Shape[] {x, weight} : new Shape[] {x, weight, bias};
    }

    private static ShapeException error(String operation, String expected, Shape... shapes) {
        String names = shapes.length == 0
                ? "nothing"
                : String.join(" and ", Arrays.stream(shapes).map(Shape::toString).toList());
        return new ShapeException(operation + " of " + names + ": expected " + expected);
    }
}
