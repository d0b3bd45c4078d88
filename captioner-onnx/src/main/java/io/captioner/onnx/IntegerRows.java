package io.captioner.onnx;

import io.captioner.onnx.StoredProducts.Matrix;
import io.captioner.weights.Int8Tensor;
import java.nio.FloatBuffer;

/** A stored matrix (rows, all) in whole steps of a scale for each row, -127 to 127, over all of its columns. */
abstract class IntegerRows {
    private static final int STEPS = 127;
    /** So many at a time, so that neither side is read or written by leaps. */
    private static final int TOGETHER = 16;

    private final int rows;
    private final int all;

    private IntegerRows(Matrix matrix) {
        this.rows = matrix.rows();
        this.all = matrix.all();
    }

    static IntegerRows of(Matrix matrix, StoredValues values) {
        Int8Tensor stored = values.rounded(matrix.weight());
        return stored == null ? new OfFloats(matrix, values.view(matrix.weight())) : new Stored(matrix, stored);
    }

    /** What a step of each row stands for. */
    final float[] scales() {
        float[] scales = new float[rows];
        for (int row = 0; row < rows; row++) {
            scales[row] = scale(row);
        }
        return scales;
    }

    /**
     * Writes the transpose of some columns: row r becomes column {@code at + r} of {@code wide} ones.
     *
     * @param first of the columns
     * @param zero what stands for 0
     */
    final void write(int first, int columns, int zero, byte[] target, int at, int wide) {
        byte[] steps = new byte[TOGETHER * all];
        for (int from = 0; from < rows; from += TOGETHER) {
            int count = Math.min(rows - from, TOGETHER);
            read(from, from + count, steps);
            for (int c = 0; c < columns; c++) {
                int to = c * wide + at + from;
                int source = first + c;
                for (int r = 0; r < count; r++) {
                    target[to + r] = (byte) (steps[source + r * all] + zero);
                }
            }
        }
    }

    /** What a step of a row stands for. */
    abstract float scale(int row);

    /** Whole rows, in steps. */
    abstract void read(int from, int to, byte[] steps);

    /** Those of a package that holds them so. */
    private static final class Stored extends IntegerRows {
        private final Int8Tensor matrix;

        private Stored(Matrix matrix, Int8Tensor stored) {
            super(matrix);
            this.matrix = stored;
        }

        /** As {@link OfFloats} finds it, bit for bit, where the largest is 127, which it is in what this project writes. */
        @Override
        float scale(int row) {
            float scale = matrix.scale(row);
            return matrix.largest(row) == STEPS ? STEPS * scale / STEPS : scale;
        }

        @Override
        void read(int from, int to, byte[] target) {
            matrix.read(from, to, target, 0);
        }
    }

    private static final class OfFloats extends IntegerRows {
        private final FloatBuffer matrix;
        private final float[] values;

        private OfFloats(Matrix matrix, FloatBuffer values) {
            super(matrix);
            this.matrix = values;
            this.values = new float[matrix.all()];
        }

        @Override
        float scale(int row) {
            matrix.get(row * values.length, values);
            float largest = 0;
            for (float value : values) {
                largest = Math.max(largest, Math.abs(value));
            }
            return largest / STEPS;
        }

        @Override
        void read(int from, int to, byte[] target) {
            double half = STEPS + 1.5; // makes the number positive, which is then cut off
            int at = 0;
            for (int row = from; row < to; row++) {
                float scale = scale(row);
                double inverse = scale > 0 ? 1.0 / scale : 0;
                for (float value : values) {
                    target[at++] = (byte) ((int) (value * inverse + half) - (STEPS + 1));
                }
            }
        }
    }
}
