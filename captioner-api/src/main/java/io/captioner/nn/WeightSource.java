package io.captioner.nn;

import java.util.Set;

/** Stored tensors by full name, read one at a time. Thread-safe. */
public interface WeightSource {
    /** Full names, for example {@code encoder.conv_stem.weight}. */
    Set<String> names();

    /**
     * The shape without reading the elements.
     *
     * @throws io.captioner.ModelException where there is no such tensor
     */
    Shape shape(String name);

    /**
     * The elements: floating-point numbers of any stored precision as FLOAT32, integers as INT64.
     *
     * @throws io.captioner.ModelException where there is no such tensor, or it cannot be read
     */
    HostTensor read(String name);

    /** What the elements of {@link #read} are, without reading them where the source can tell. */
    default DType type(String name) {
        return read(name).type();
    }
}
