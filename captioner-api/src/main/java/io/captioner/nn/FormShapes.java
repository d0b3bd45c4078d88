package io.captioner.nn;

import java.util.Arrays;
import java.util.List;

/**
 * The shape rules of the operations of {@link Tensor} and {@link Algebra} that arrange elements or look them up: {@link Shapes} has what holds for all.
 *
 * <p>Each method throws a {@link ShapeException} that names the operation, the shapes and what was expected.
 */
public final class FormShapes {
    private static final long UNKNOWN = Shape.UNKNOWN;

    private FormShapes() {}

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
                    throw Shapes.error(
                            "reshape", "0 in " + Arrays.toString(wanted) + " only where there is an axis to keep", x);
                }
                dims[i] = x.dim(i);
                kept[i] = true;
            } else if (dims[i] == -1 && inferred < 0) {
                inferred = i;
            } else if (dims[i] < 0) {
                throw Shapes.error(
                        "reshape", "extents of at least 1, 0 to keep or one -1, not " + Arrays.toString(wanted), x);
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
        // An unknown extent multiplies the rest: without one to be inferred, the written extents must leave room for
        // it.
        boolean fits = inferred >= 0
                ? !known || rest % written == 0
                : known ? rest == written : rest == 0 || written % rest == 0;
        if (!fits) {
            throw Shapes.error("reshape", expected, x);
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
            throw Shapes.error("transpose", "each axis once, not " + Arrays.toString(axes), x);
        }
        for (int i = 0; i < axes.length; i++) {
            int axis = Shapes.axis("transpose", x, axes[i]);
            if (seen[axis]) {
                throw Shapes.error("transpose", "each axis once, not " + Arrays.toString(axes), x);
            }
            seen[axis] = true;
            dims[i] = x.dim(axis);
        }
        return Shape.of(dims);
    }

    /** The shape with a new axis of extent 1 before {@code axis}; -1 appends it. */
    public static Shape expandDims(Shape x, int axis) {
        int at = Shapes.newAxis("expandDims", x, axis);
        List<Long> dims = Shapes.list(x);
        dims.add(at, 1L);
        return Shapes.of(dims);
    }

    /** The shape without {@code axis}, whose extent is 1. */
    public static Shape squeeze(Shape x, int axis) {
        int at = Shapes.axis("squeeze", x, axis);
        if (x.dim(at) != 1 && x.dim(at) != UNKNOWN) {
            throw Shapes.error("squeeze", "extent 1 along axis " + axis, x);
        }
        List<Long> dims = Shapes.list(x);
        dims.remove(at);
        return Shapes.of(dims);
    }

    /**
     * The shape of a slice. Bounds lie within the axis (they are not clipped as in Python), except that {@link Long#MAX_VALUE} is the
     * end, and do not cross; an empty slice is allowed.
     */
    public static Shape slice(Shape x, int axis, long from, long to) {
        int at = Shapes.axis("slice", x, axis);
        long extent = x.dim(at);
        String expected = "bounds within axis " + axis + " and from <= to, not " + from + ".."
                + (to == Long.MAX_VALUE ? "end" : to);
        if (extent == UNKNOWN) {
            long end = to == Long.MAX_VALUE ? 0 : to;
            boolean fromEnd = to < 0 || to == Long.MAX_VALUE;
            if (from < 0 != fromEnd) {
                return x.with(at, UNKNOWN);
            }
            if (from > end) {
                throw Shapes.error("slice", expected, x);
            }
            return x.with(at, end - from);
        }
        long first = from < 0 ? from + extent : from;
        long last = to == Long.MAX_VALUE ? extent : to < 0 ? to + extent : to;
        if (first < 0 || last > extent || first > last) {
            throw Shapes.error("slice", expected, x);
        }
        return x.with(at, last - first);
    }

    /** The shape of each of {@code parts} equal pieces along {@code axis}, whose extent is known and divisible. */
    public static Shape split(Shape x, int axis, int parts) {
        int at = Shapes.axis("split", x, axis);
        if (parts < 1 || x.dim(at) == UNKNOWN || x.dim(at) % parts != 0) {
            throw Shapes.error("split", "a known extent along axis " + axis + " that is divisible by " + parts, x);
        }
        return x.with(at, x.dim(at) / parts);
    }

    /** The shape after {@link Tensor#expand}: axes of extent 1 repeated to {@code wanted}, -1 keeps. */
    public static Shape expand(Shape x, long... wanted) {
        String expected = "an equal rank, and other extents only where it is 1, not " + Arrays.toString(wanted);
        if (wanted.length != x.rank()) {
            throw Shapes.error("expand", expected, x);
        }
        long[] dims = x.toArray();
        for (int i = 0; i < dims.length; i++) {
            if (wanted[i] < -1 || wanted[i] >= 0 && dims[i] != 1 && dims[i] != UNKNOWN && dims[i] != wanted[i]) {
                throw Shapes.error("expand", expected, x);
            }
            dims[i] = wanted[i] == -1 ? dims[i] : wanted[i];
        }
        return Shape.of(dims);
    }

    /** The shape after {@link Tensor#expandAs}: that of {@code other}, of equal rank. */
    public static Shape expandAs(Shape x, Shape other) {
        if (x.rank() != other.rank()) {
            throw Shapes.error("expandAs", "equal ranks", x, other);
        }
        long[] dims = other.toArray();
        for (int i = 0; i < dims.length; i++) {
            if (x.dim(i) != 1 && !Shapes.fits(x.dim(i), dims[i])) {
                throw Shapes.error("expandAs", "other extents only where it is 1", x, other);
            }
            dims[i] = dims[i] == UNKNOWN && x.dim(i) != 1 ? x.dim(i) : dims[i];
        }
        return Shape.of(dims);
    }

    /** The shape of tensors joined along {@code axis}; all other extents are equal. */
    public static Shape concat(int axis, List<Shape> shapes) {
        if (shapes.isEmpty()) {
            throw Shapes.error("concat", "at least one tensor");
        }
        Shape[] all = shapes.toArray(Shape[]::new);
        int at = Shapes.axis("concat", all[0], axis);
        long[] dims = all[0].toArray();
        for (Shape shape : shapes.subList(1, shapes.size())) {
            if (shape.rank() != dims.length) {
                throw Shapes.error("concat", "equal ranks", all);
            }
            for (int i = 0; i < dims.length; i++) {
                if (i == at) {
                    dims[i] = dims[i] == UNKNOWN || shape.dim(i) == UNKNOWN ? UNKNOWN : dims[i] + shape.dim(i);
                } else if (Shapes.fits(dims[i], shape.dim(i))) {
                    dims[i] = Math.max(dims[i], shape.dim(i));
                } else {
                    throw Shapes.error("concat", "equal extents on all axes but " + axis, all);
                }
            }
        }
        return Shape.of(dims);
    }

    /** The shape of rows (V, ...) at indices: (indices..., ...). */
    public static Shape rows(Shape table, Shape indices) {
        Shapes.axis("rows", table, 0);
        List<Long> dims = Shapes.list(indices);
        dims.addAll(Shapes.list(table).subList(1, table.rank()));
        return Shapes.of(dims);
    }

    /** The shape of (N, R, ...) at index (N, K): (N, K, ...). */
    public static Shape gatherRows(Shape x, Shape index) {
        if (x.rank() < 2 || index.rank() != 2 || !Shapes.fits(x.dim(0), index.dim(0))) {
            throw Shapes.error("gatherRows", "(N, R, ...) and an index (N, K)", x, index);
        }
        return x.with(0, Math.max(x.dim(0), index.dim(0))).with(1, index.dim(1));
    }

    /** The shape of a gather along {@code axis}: that of the index, of equal extents on all other axes. */
    public static Shape gather(Shape x, int axis, Shape index) {
        int at = Shapes.axis("gather", x, axis);
        if (x.rank() != index.rank()) {
            throw Shapes.error("gather", "an index of equal rank", x, index);
        }
        long[] dims = index.toArray();
        for (int i = 0; i < dims.length; i++) {
            if (i != at && !Shapes.fits(x.dim(i), dims[i])) {
                throw Shapes.error("gather", "an index of equal extents on all axes but " + axis, x, index);
            }
            dims[i] = i == at ? dims[i] : Math.max(dims[i], x.dim(i));
        }
        return Shape.of(dims);
    }
}
