package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.captioner.nn.HostTensor;
import io.captioner.weights.Int8Tensor;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a model's stored values, wherever they are.
 *
 * @param outside those that are not in the model, by name
 */
record StoredValues(Map<String, StoredValue> outside) {
    /** Of a model that holds its values itself. */
    static final StoredValues INSIDE = new StoredValues(Map.of());

    /** Whether these are floating-point numbers that can be read here. */
    boolean areFloats(@Nullable TensorProto value) {
        return value != null
                && value.getDataType() == TensorProto.DataType.FLOAT.getNumber()
                && (value.hasRawData() || outside.containsKey(value.getName()));
    }

    /** A copy of the elements of a value of floating-point numbers. */
    float[] floats(TensorProto value) {
        FloatBuffer view = view(value);
        float[] elements = new float[view.remaining()];
        view.get(elements);
        return elements;
    }

    /** A view of the same, read-only. */
    FloatBuffer view(TensorProto value) {
        StoredValue stored = outside.get(value.getName());
        return stored != null
                ? stored.read().floats()
                : value.getRawData()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer();
    }

    /** The elements as they are stored on 8 bits; null where they are not. */
    @Nullable
    Int8Tensor rounded(TensorProto value) {
        StoredValue stored = outside.get(value.getName());
        return stored == null ? null : stored.rounded().get();
    }

    /** Those outside that a graph still needs, read. */
    Map<String, HostTensor> read(GraphProto graph) {
        Map<String, HostTensor> needed = new LinkedHashMap<>();
        for (TensorProto value : graph.getInitializerList()) {
            StoredValue stored = outside.get(value.getName());
            if (stored != null) {
                needed.put(value.getName(), stored.read());
            }
        }
        return needed;
    }
}
