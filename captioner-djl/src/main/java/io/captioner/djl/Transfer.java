package io.captioner.djl;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Between the memory of the JVM and that of libtorch. */
final class Transfer {
    private Transfer() {}

    /** On the CPU a view of the host's memory, so never write to it; on another device a copy. */
    static PtNDArray view(PtNDManager manager, HostTensor value) {
        if (value.shape().size() == 0) {
            return empty(manager, value.shape(), value.type());
        }
        return JniUtils.createNdFromByteBuffer(
                manager,
                value.bytes(),
                shape(value.shape()),
                type(value.type()),
                SparseFormat.DENSE,
                manager.getDevice());
    }

    /** An array with memory of its own, aligned as libtorch likes it. */
    static PtNDArray copy(PtNDManager manager, HostTensor value) {
        try (PtNDArray view = view(manager, value)) {
            return JniUtils.clone(view);
        }
    }

    /** Whatever its memory holds. */
    static PtNDArray empty(PtNDManager manager, Shape shape, DType type) {
        return JniUtils.createEmptyNdArray(manager, shape(shape), type(type), manager.getDevice(), SparseFormat.DENSE);
    }

    static PtNDArray zeros(PtNDManager manager, Shape shape) {
        return JniUtils.createZerosNdArray(
                manager, shape(shape), DataType.FLOAT32, manager.getDevice(), SparseFormat.DENSE);
    }

    /** Zeros of the shape of a FLOAT32 array. */
    static PtNDArray zerosLike(PtNDArray array) {
        return JniUtils.zerosLike(array, DataType.FLOAT32, array.getDevice(), SparseFormat.DENSE);
    }

    static PtNDArray scalar(PtNDManager manager, double value, DType type) {
        return full(manager, value, type(type));
    }

    static PtNDArray doubles(PtNDManager manager, double... values) {
        ByteBuffer bytes =
                ByteBuffer.allocateDirect(values.length * Double.BYTES).order(ByteOrder.nativeOrder());
        bytes.asDoubleBuffer().put(values);
        ai.djl.ndarray.types.Shape shape = new ai.djl.ndarray.types.Shape(values.length);
        return JniUtils.createNdFromByteBuffer(
                manager, bytes, shape, DataType.FLOAT64, SparseFormat.DENSE, manager.getDevice());
    }

    static PtNDArray full(PtNDManager manager, double value, DataType type) {
        return JniUtils.full(
                manager, new ai.djl.ndarray.types.Shape(), value, type, manager.getDevice(), SparseFormat.DENSE);
    }

    /** A copy in the memory of the JVM. */
    static HostTensor read(PtNDArray array, DType type, Shape shape) {
        HostTensor host = HostTensor.allocate(type, shape);
        if (shape.size() > 0) {
            host.bytes().put(bytes(array));
        }
        return host;
    }

    /** Writes into a contiguous array in place. */
    static void overwrite(PtNDArray array, HostTensor value) {
        long size = value.shape().size();
        if (size > 0) {
            long[] all = {size};
            try (PtNDArray view = view((PtNDManager) array.getManager(), value);
                    PtNDArray from = JniUtils.reshape(view, all);
                    PtNDArray to = JniUtils.reshape(array, all)) {
                JniUtils.indexSet(to, from, new long[] {0}, all, new long[] {1});
            }
        }
    }

    /** The elements in row-major order; on the CPU without a copy if they lie so. Valid as long as the array. */
    static ByteBuffer bytes(PtNDArray array) {
        return JniUtils.getByteBuffer(array, true);
    }

    static ai.djl.ndarray.types.Shape shape(Shape shape) {
        return new ai.djl.ndarray.types.Shape(shape.toArray());
    }

    static DataType type(DType type) {
        return switch (type) {
            case FLOAT32 -> DataType.FLOAT32;
            case INT64 -> DataType.INT64;
            case UINT8 -> DataType.UINT8;
            case BOOL -> DataType.BOOLEAN;
        };
    }
}
