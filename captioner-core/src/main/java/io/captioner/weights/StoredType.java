package io.captioner.weights;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;

/** The element types of a safetensors file that are read, by the names that the format gives them. */
enum StoredType {
    F64(8, DType.FLOAT32) {
        @Override
        void convert(ByteBuffer from, HostTensor to) {
            FloatBuffer target = to.floats();
            while (from.hasRemaining()) {
                target.put((float) from.getDouble());
            }
        }
    },
    F32(4, DType.FLOAT32) {
        @Override
        void convert(ByteBuffer from, HostTensor to) {
            to.bytes().put(from);
        }
    },
    F16(2, DType.FLOAT32) {
        @Override
        void convert(ByteBuffer from, HostTensor to) {
            HalfPrecision.toFloats(from, to.floats());
        }
    },
    BF16(2, DType.FLOAT32) {
        @Override
        void convert(ByteBuffer from, HostTensor to) {
            // The upper half of a float's bits.
            FloatBuffer target = to.floats();
            while (from.hasRemaining()) {
                target.put(Float.intBitsToFloat(from.getShort() << 16));
            }
        }
    },
    I64(8, DType.INT64) {
        @Override
        long next(ByteBuffer from) {
            return from.getLong();
        }
    },
    I32(4, DType.INT64) {
        @Override
        long next(ByteBuffer from) {
            return from.getInt();
        }
    },
    I16(2, DType.INT64) {
        @Override
        long next(ByteBuffer from) {
            return from.getShort();
        }
    },
    I8(1, DType.INT64) {
        @Override
        long next(ByteBuffer from) {
            return from.get();
        }
    },
    U8(1, DType.INT64) {
        @Override
        long next(ByteBuffer from) {
            return from.get() & 0xff;
        }
    },
    BOOL(1, DType.INT64) {
        @Override
        long next(ByteBuffer from) {
            return from.get() == 0 ? 0 : 1;
        }
    };

    private final int bytes;
    private final DType read;

    StoredType(int bytes, DType read) {
        this.bytes = bytes;
        this.read = read;
    }

    int bytes() {
        return bytes;
    }

    /** What the elements are read as. */
    DType read() {
        return read;
    }

    /** The elements that remain in {@code from}, which is little-endian; shares its memory where nothing is to convert. */
    HostTensor tensor(Shape shape, ByteBuffer from) {
        if (this == F32 || this == I64) {
            return HostTensor.of(read, shape, from);
        }
        HostTensor tensor = HostTensor.allocate(read, shape);
        convert(from, tensor);
        return tensor;
    }

    void convert(ByteBuffer from, HostTensor to) {
        LongBuffer target = to.longs();
        while (from.hasRemaining()) {
            target.put(next(from));
        }
    }

    long next(ByteBuffer from) {
        throw new IllegalStateException(name() + " is no integer");
    }
}
