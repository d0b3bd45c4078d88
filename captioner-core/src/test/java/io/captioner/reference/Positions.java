package io.captioner.reference;

import io.captioner.nn.Shape;

/** Where elements lie in an array, row-major. */
final class Positions {
    private Positions() {}

    /** For each element of the broadcast shape {@code to}, in order, the element of {@code from} it repeats. */
    static int[] sources(Shape from, Shape to) {
        int[] at = new int[to.rank()];
        int[] sources = new int[(int) to.size()];
        int offset = to.rank() - from.rank();
        for (int i = 0; i < sources.length; i++) {
            int position = 0;
            for (int axis = 0; axis < from.rank(); axis++) {
                position = position * (int) from.dim(axis) + (from.dim(axis) == 1 ? 0 : at[offset + axis]);
            }
            sources[i] = position;
            next(to, at);
        }
        return sources;
    }

    /** The row-major position of the element at these indices. */
    static int position(Shape shape, int[] at) {
        int position = 0;
        for (int axis = 0; axis < at.length; axis++) {
            position = position * (int) shape.dim(axis) + at[axis];
        }
        return position;
    }

    /** Moves on to the next element in row-major order. */
    static void next(Shape shape, int[] at) {
        for (int axis = at.length - 1; axis >= 0; axis--) {
            if (++at[axis] < shape.dim(axis)) {
                return;
            }
            at[axis] = 0;
        }
    }
}
