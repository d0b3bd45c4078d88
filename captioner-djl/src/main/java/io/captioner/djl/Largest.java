package io.captioner.djl;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;

/**
 * The largest elements of each row, ties to the lower index. libtorch's topk leaves the order of ties open, and a sort that is stable costs
 * more than one pass over the row: for the few best of a search this is the quickest exact way.
 */
final class Largest {
    /** Up to so many, insertion is quicker than a sort. */
    private static final int FEW = 64;

    private Largest() {}

    /** @param data FLOAT32 (..., size) */
    static HostTensor indices(ByteBuffer data, Shape shape, int k) {
        int size = Math.toIntExact(shape.dim(-1));
        HostTensor result = HostTensor.allocate(DType.INT64, shape.with(-1, k));
        LongBuffer out = result.longs();
        FloatBuffer values = data.asFloatBuffer();
        int rows = values.remaining() / size;
        float[] row = new float[size];
        int[] best = new int[k];
        for (int r = 0; r < rows; r++) {
            values.get(row);
            if (k <= FEW) {
                select(row, best);
            } else {
                sort(row, best);
            }
            for (int index : best) {
                out.put(index);
            }
        }
        return result;
    }

    /** Insertion into the sorted few: most elements only meet the last of them. */
    private static void select(float[] row, int[] best) {
        int found = 0;
        for (int i = 0; i < row.length; i++) {
            if (found == best.length && !before(row[i], row[best[found - 1]])) {
                continue;
            }
            int at = found < best.length ? found++ : found - 1;
            while (at > 0 && before(row[i], row[best[at - 1]])) {
                best[at] = best[at - 1];
                at--;
            }
            best[at] = i;
        }
    }

    /** All of them as numbers that sort as wanted: the falling value in the upper half, the index in the lower. */
    private static void sort(float[] row, int[] best) {
        long[] keys = new long[row.length];
        for (int i = 0; i < row.length; i++) {
            int bits = Float.floatToIntBits(row[i] + 0f); // -0 and 0 are equal
            int rising = bits ^ bits >> 31 & Integer.MAX_VALUE;
            keys[i] = (long) ~rising << 32 | i;
        }
        Arrays.sort(keys);
        for (int i = 0; i < best.length; i++) {
            best[i] = (int) keys[i];
        }
    }

    /** Whether a comes before b, which has the lower index; NaN is above all, as in libtorch. */
    private static boolean before(float a, float b) {
        return a > b || Float.isNaN(a) && !Float.isNaN(b);
    }
}
