package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Values that stand in a model. */
final class Initializers {
    private Initializers() {}

    /** A number. */
    static TensorProto scalar(String name, float value) {
        return of(name, TensorProto.DataType.FLOAT, little(Float.BYTES).putFloat(value));
    }

    /** A list of numbers. */
    static TensorProto floats(String name, float... values) {
        ByteBuffer content = little(Float.BYTES * values.length);
        content.asFloatBuffer().put(values);
        return of(name, TensorProto.DataType.FLOAT, content.position(content.limit()), values.length);
    }

    /** A list of INT32. */
    static TensorProto ints(String name, int... values) {
        ByteBuffer content = little(Integer.BYTES * values.length);
        content.asIntBuffer().put(values);
        return of(name, TensorProto.DataType.INT32, content.position(content.limit()), values.length);
    }

    /** A list of INT64. */
    static TensorProto longs(String name, long... values) {
        ByteBuffer content = little(Long.BYTES * values.length);
        content.asLongBuffer().put(values);
        return of(name, TensorProto.DataType.INT64, content.position(content.limit()), values.length);
    }

    /**
     * Bytes, which are not copied.
     *
     * @param type INT8 or UINT8
     * @param dims none of a single byte
     */
    static TensorProto bytes(String name, TensorProto.DataType type, byte[] values, long... dims) {
        return of(name, type, UnsafeByteOperations.unsafeWrap(values), dims);
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static TensorProto of(String name, TensorProto.DataType type, ByteBuffer full, long... dims) {
        return of(name, type, UnsafeByteOperations.unsafeWrap(full.flip()), dims);
    }

    private static TensorProto of(String name, TensorProto.DataType type, ByteString content, long... dims) {
        TensorProto.Builder value = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(content);
        for (long dim : dims) {
            value.addDims(dim);
        }
        return value.build();
    }
}
