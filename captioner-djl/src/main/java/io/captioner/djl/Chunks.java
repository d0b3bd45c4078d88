package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Consumer;

/**
 * Element-wise work on large arrays, piece by piece: an update makes a dozen passes over its arrays, and only the first should come from
 * memory, the others from the cache.
 */
final class Chunks {
    private static final long SIZE = Long.getLong("io.captioner.djl.chunk", 1 << 16);

    private Chunks() {}

    /** Calls {@code work} with views of equal places of arrays of equal shape. */
    static void each(Consumer<PtNDArray[]> work, PtNDArray... arrays) {
        PtNDArray[] flat = new PtNDArray[arrays.length];
        PtNDArray[] parts = new PtNDArray[arrays.length];
        try {
            for (int i = 0; i < arrays.length; i++) {
                flat[i] = JniUtils.reshape(arrays[i], new long[] {-1});
            }
            long size = flat[0].getShape().size();
            for (long from = 0; from < size; from += SIZE) {
                for (int i = 0; i < arrays.length; i++) {
                    parts[i] = JniUtils.slice(flat[i], 0, from, Math.min(size, from + SIZE), 1);
                }
                work.accept(parts);
                close(parts);
            }
        } finally {
            close(parts);
            close(flat);
        }
    }

    private static void close(PtNDArray[] arrays) {
        for (int i = 0; i < arrays.length; i++) {
            if (arrays[i] != null) {
                arrays[i].close();
            }
        }
    }
}
