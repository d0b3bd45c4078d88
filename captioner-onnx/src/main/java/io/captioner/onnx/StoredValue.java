package io.captioner.onnx;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.Int8Tensor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A value that a graph reads and does not compute. Its elements are read when they are asked for.
 *
 * @param elements gives them
 * @param rounded gives them as they are stored on 8 bits, or null where they are not
 */
record StoredValue(DType type, Shape shape, Supplier<HostTensor> elements, Supplier<@Nullable Int8Tensor> rounded) {
    static StoredValue of(HostTensor value) {
        return new StoredValue(value.type(), value.shape(), () -> value, () -> null);
    }

    HostTensor read() {
        return elements.get();
    }

    long bytes() {
        return shape.size() * type.bytes();
    }
}
