package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * Floating-point tensors on 8 bits: x = scale * q, q from -127 to 127, with a scale for each row, that is, for each place of the first axis:
 * an output channel of a convolution, an output of a linear layer, a word of an embedding. Rounding what was rounded changes nothing.
 */
final class Int8Rows {
    /** The scales of tensor {@code x} are the tensor {@code x:scale}. */
    static final String SCALE = ":scale";

    static final int STEPS = 127;

    private Int8Rows() {}

    /** Small tensors weigh little and matter: those of a first convolution, for example, stay exact. */
    private static final int FEWEST = 1024;

    /** Matrices and kernels are rounded; vectors, such as biases, and small ones are not. */
    static boolean applies(DType type, Shape shape) {
        return type == DType.FLOAT32 && shape.rank() >= 2 && shape.size() >= FEWEST;
    }

    /** The scales (rows) of a tensor, little-endian. */
    static ByteBuffer scales(HostTensor tensor, String name) {
        FloatBuffer values = tensor.floats();
        int rows = Math.toIntExact(tensor.shape().dim(0));
        int size = values.remaining() / rows;
        ByteBuffer scales = ByteBuffer.allocateDirect(rows * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            float largest = 0;
            for (int i = 0; i < size; i++) {
                float value = values.get();
                if (!Float.isFinite(value)) {
                    throw new ModelException("tensor " + name + " holds " + value + "; it cannot be written as INT8");
                }
                largest = Math.max(largest, Math.abs(value));
            }
            scales.putFloat(largest / STEPS);
        }
        return scales.flip();
    }

    /** The elements, a byte each. */
    static ByteBuffer rounded(HostTensor tensor, String name) {
        FloatBuffer scales = scales(tensor, name).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        FloatBuffer values = tensor.floats();
        int size = values.remaining() / scales.remaining();
        ByteBuffer rounded = ByteBuffer.allocateDirect(values.remaining());
        while (scales.hasRemaining()) {
            float scale = scales.get();
            for (int i = 0; i < size; i++) {
                float value = values.get();
                rounded.put(scale > 0 ? (byte) Math.max(-STEPS, Math.min(STEPS, Math.rint(value / scale))) : 0);
            }
        }
        return rounded.flip();
    }

    /** The tensor that the bytes stand for. */
    static HostTensor restored(Shape shape, ByteBuffer rounded, ByteBuffer scales) {
        HostTensor tensor = HostTensor.allocate(DType.FLOAT32, shape);
        FloatBuffer values = tensor.floats();
        FloatBuffer all = scales.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] row = new float[all.hasRemaining() ? rounded.remaining() / all.remaining() : 0];
        byte[] bytes = new byte[row.length];
        while (all.hasRemaining()) {
            float scale = all.get();
            rounded.get(bytes);
            for (int i = 0; i < row.length; i++) {
                row[i] = bytes[i] * scale;
            }
            values.put(row);
        }
        return tensor;
    }
}
