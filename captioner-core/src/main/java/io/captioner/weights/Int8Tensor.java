package io.captioner.weights;

import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A tensor on 8 bits as it is stored: an element is its byte, -127 to 127, times the scale of its row, which is its place on the first axis.
 * Immutable and thread-safe.
 */
public final class Int8Tensor {
    /** What a tensor can be asked of without its being made into FLOAT32. */
    interface Source extends WeightSource {
        /** Null where the tensor is not stored on 8 bits. */
        @Nullable
        Int8Tensor int8(String name);
    }

    private final Shape shape;
    private final ByteBuffer bytes;
    private final float[] scales;

    Int8Tensor(Shape shape, ByteBuffer bytes, float[] scales) {
        this.shape = shape;
        this.bytes = bytes;
        this.scales = scales;
    }

    /** A tensor of any source; null where it is not stored on 8 bits, or the source cannot tell. */
    public static @Nullable Int8Tensor of(WeightSource source, String name) {
        return source instanceof Source stored ? stored.int8(name) : null;
    }

    public Shape shape() {
        return shape;
    }

    /** Places of the first axis. */
    public int rows() {
        return scales.length;
    }

    /** What a step of this row stands for, 0 or more. */
    public float scale(int row) {
        return scales[row];
    }

    /** Elements of a row. */
    public int rowSize() {
        return bytes.remaining() / scales.length;
    }

    /**
     * Copies the bytes of whole rows.
     *
     * @param from the first row
     * @param to behind the last row
     * @param at where in {@code target} they begin
     */
    public void read(int from, int to, byte[] target, int at) {
        bytes.get(bytes.position() + from * rowSize(), target, at, (to - from) * rowSize());
    }

    /** The largest magnitude of a row's bytes: 127 in what this project writes, but of a row of zeros. */
    public int largest(int row) {
        int at = bytes.position() + row * rowSize();
        int most = 0;
        for (int end = at + rowSize(); at < end && most < Int8Rows.STEPS; at++) {
            int step = bytes.get(at);
            most = step > most ? step : -step > most ? -step : most;
        }
        return most;
    }
}
