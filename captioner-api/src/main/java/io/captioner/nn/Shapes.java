package io.captioner.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The shape rule of every operation of {@link Tensor} and {@link Algebra}: from the operands' shapes to the result's, so that all
 * backends fail alike and before anything runs. An {@link Shape#UNKNOWN} extent fits everything; the result is known wherever it can be.
 * Here are element-wise operations and reductions; {@link FormShapes} and {@link LayerShapes} have the others.
 *
 * <p>Each method throws a {@link ShapeException} that names the operation, the shapes and what was expected.
 */
public final class Shapes {
    private static final long UNKNOWN = Shape.UNKNOWN;

    private Shapes() {}

    // element-wise
    // -----------------------------------------------------------------------------------------------------

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

    // reduction
    // --------------------------------------------------------------------------------------------------------

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

    // parts
    // ------------------------------------------------------------------------------------------------------------

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

    static boolean fits(long a, long b) {
        return a == b || a == UNKNOWN || b == UNKNOWN;
    }

    static List<Long> list(Shape x) {
        List<Long> dims = new ArrayList<>();
        for (long dim : x.toArray()) {
            dims.add(dim);
        }
        return dims;
    }

    static Shape of(List<Long> dims) {
        return Shape.of(dims.stream().mapToLong(Long::longValue).toArray());
    }

    static ShapeException error(String operation, String expected, Shape... shapes) {
        String names = shapes.length == 0
                ? "nothing"
                : String.join(
                        " and ", Arrays.stream(shapes).map(Shape::toString).toList());
        return new ShapeException(operation + " of " + names + ": expected " + expected);
    }
}
