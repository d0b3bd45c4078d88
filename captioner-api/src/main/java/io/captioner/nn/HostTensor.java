package io.captioner.nn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/**
 * A tensor's elements in the memory of the JVM: what goes into a backend and what comes out of it.
 *
 * <p>The elements lie row-major and little-endian in a direct buffer that this value owns; treat them as immutable once handed on. Then several
 * threads may read them. A factory that is given another number of elements than the shape has throws {@link ShapeException}.
 */
public final class HostTensor {
    private final DType type;
    private final Shape shape;
    private final ByteBuffer data;

    private HostTensor(DType type, Shape shape, ByteBuffer data) {
        this.type = type;
        this.shape = shape;
        this.data = data;
    }

    /** Wraps {@code data} from its position to its limit, without a copy when it is direct and little-endian. */
    public static HostTensor of(DType type, Shape shape, ByteBuffer data) {
        long expected = Math.multiplyExact(shape.size(), type.bytes());
        if (data.remaining() != expected) {
            throw new ShapeException(type + " " + shape + " takes " + expected + " bytes, not " + data.remaining());
        }
        if (data.isDirect() && data.order() == ByteOrder.LITTLE_ENDIAN) {
            return new HostTensor(type, shape, data.slice().order(ByteOrder.LITTLE_ENDIAN));
        }
        HostTensor copy = allocate(type, shape);
        copy.data.duplicate().put(data.duplicate());
        return copy;
    }

    /** Zeros; false where BOOL. All extents are known, and the elements take less than 2 GiB. */
    public static HostTensor allocate(DType type, Shape shape) {
        int bytes = Math.toIntExact(Math.multiplyExact(shape.size(), type.bytes()));
        return new HostTensor(type, shape, ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    /** FLOAT32 elements, row-major; they are copied. */
    public static HostTensor ofFloats(Shape shape, float... values) {
        HostTensor tensor = allocateFor(DType.FLOAT32, shape, values.length);
        tensor.data.asFloatBuffer().put(values);
        return tensor;
    }

    /** INT64 elements, row-major; they are copied. */
    public static HostTensor ofLongs(Shape shape, long... values) {
        HostTensor tensor = allocateFor(DType.INT64, shape, values.length);
        tensor.data.asLongBuffer().put(values);
        return tensor;
    }

    /** UINT8 elements, row-major; each byte is read as 0..255; they are copied. */
    public static HostTensor ofBytes(Shape shape, byte... values) {
        HostTensor tensor = allocateFor(DType.UINT8, shape, values.length);
        tensor.data.duplicate().put(values);
        return tensor;
    }

    /** BOOL elements, row-major. */
    public static HostTensor ofBooleans(Shape shape, boolean... values) {
        HostTensor tensor = allocateFor(DType.BOOL, shape, values.length);
        for (int i = 0; i < values.length; i++) {
            tensor.data.put(i, (byte) (values[i] ? 1 : 0));
        }
        return tensor;
    }

    /** FLOAT32 (). */
    public static HostTensor scalar(float value) {
        return ofFloats(Shape.of(), value);
    }

    /** INT64 (). */
    public static HostTensor scalar(long value) {
        return ofLongs(Shape.of(), value);
    }

    private static HostTensor allocateFor(DType type, Shape shape, int elements) {
        if (shape.size() != elements) {
            throw new ShapeException(shape + " has " + shape.size() + " elements, not " + elements);
        }
        return allocate(type, shape);
    }

    /** What the elements are. */
    public DType type() {
        return type;
    }

    /** Extents, all of them known. */
    public Shape shape() {
        return shape;
    }

    /** A little-endian view of the bytes with a position of its own. */
    public ByteBuffer bytes() {
        return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A view of FLOAT32 elements, with a position of its own.
     *
     * @throws IllegalStateException where the elements are of another type
     */
    public FloatBuffer floats() {
        require(DType.FLOAT32);
        return bytes().asFloatBuffer();
    }

    /**
     * A view of INT64 elements, with a position of its own.
     *
     * @throws IllegalStateException where the elements are of another type
     */
    public LongBuffer longs() {
        require(DType.INT64);
        return bytes().asLongBuffer();
    }

    /** A copy of FLOAT32 elements, row-major; throws as {@link #floats}. */
    public float[] toFloatArray() {
        FloatBuffer view = floats();
        float[] values = new float[view.remaining()];
        view.get(values);
        return values;
    }

    /** A copy of INT64 elements, row-major; throws as {@link #longs}. */
    public long[] toLongArray() {
        LongBuffer view = longs();
        long[] values = new long[view.remaining()];
        view.get(values);
        return values;
    }

    private void require(DType wanted) {
        if (type != wanted) {
            throw new IllegalStateException("the elements are " + type + ", not " + wanted);
        }
    }

    /** Type and shape, for example {@code FLOAT32 (1, 81, 1280)}. */
    @Override
    public String toString() {
        return type + " " + shape;
    }
}
