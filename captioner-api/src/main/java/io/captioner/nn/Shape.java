package io.captioner.nn;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The extent of a tensor along each axis, outermost first. An extent that is not known before the computation runs (the batch
 * dimension of a traced graph) is {@link #UNKNOWN}. Immutable.
 */
public final class Shape {
    /** The extent of a dimension that is only known when the computation runs. */
    public static final long UNKNOWN = -1;

    private static final Shape SCALAR = new Shape(new long[0]);

    private final long[] dims;

    private Shape(long[] dims) {
        this.dims = dims;
    }

    /**
     * The shape with these extents; each is at least 0, or {@link #UNKNOWN}. No extents: a scalar.
     *
     * @throws IllegalArgumentException for a negative extent that is not {@link #UNKNOWN}
     */
    public static Shape of(long... dims) {
        if (dims.length == 0) {
            return SCALAR;
        }
        for (long dim : dims) {
            if (dim < UNKNOWN) {
                throw new IllegalArgumentException("extent " + dim + " in " + Arrays.toString(dims) + " is negative");
            }
        }
        return new Shape(dims.clone());
    }

    /** Number of axes; 0 for a scalar. */
    public int rank() {
        return dims.length;
    }

    /**
     * Extent along {@code axis}; a negative axis counts from the end, -1 is the last.
     *
     * @throws ShapeException where there is no such axis
     */
    public long dim(int axis) {
        return dims[axis(axis)];
    }

    /** {@code axis} as an index from the front, so that -1 becomes {@code rank() - 1}. */
    public int axis(int axis) {
        int index = axis < 0 ? axis + dims.length : axis;
        if (index < 0 || index >= dims.length) {
            throw new ShapeException("axis " + axis + " does not exist in " + this);
        }
        return index;
    }

    /** Whether every extent is known. */
    public boolean isKnown() {
        return Arrays.stream(dims).noneMatch(dim -> dim == UNKNOWN);
    }

    /**
     * Number of elements; 1 for a scalar.
     *
     * @throws ShapeException where an extent is not known
     */
    public long size() {
        if (!isKnown()) {
            throw new ShapeException("the size of " + this + " is not known before it is computed");
        }
        return Arrays.stream(dims).reduce(1, Math::multiplyExact);
    }

    /** A copy of the extents. */
    public long[] toArray() {
        return dims.clone();
    }

    /** This shape with the extent along {@code axis} replaced. */
    public Shape with(int axis, long dim) {
        long[] copy = dims.clone();
        copy[axis(axis)] = dim;
        return new Shape(copy);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dims, shape.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** For example {@code (?, 81, 1280)}; {@code ()} for a scalar. */
    @Override
    public String toString() {
        return Arrays.stream(dims)
                .mapToObj(dim -> dim == UNKNOWN ? "?" : Long.toString(dim))
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
