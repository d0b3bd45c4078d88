package io.captioner.onnx;

import io.captioner.ModelException;
import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import io.captioner.weights.Int8Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Stored tensors as initialisers of a graph, under their full names. Their elements are read when the graph is written. */
final class GraphParameters implements Parameters {
    private final GraphBuilder builder;
    private final WeightSource source;
    private final Set<String> stored;
    private final Map<String, GraphTensor> bound;
    private final String prefix;

    GraphParameters(GraphBuilder builder, WeightSource source) {
        this(builder, source, source.names(), new HashMap<>(), "");
    }

    private GraphParameters(
            GraphBuilder builder,
            WeightSource source,
            Set<String> stored,
            Map<String, GraphTensor> bound,
            String prefix) {
        this.builder = builder;
        this.source = source;
        this.stored = stored;
        this.bound = bound;
        this.prefix = prefix;
    }

    @Override
    public Tensor parameter(String name, Shape shape, Initializer initializer) {
        String full = prefix + name;
        if (!stored.contains(full)) {
            throw new ModelException("the weights have no tensor " + full + " " + shape
                    + "; they belong to another architecture, or the file is incomplete");
        }
        if (!source.shape(full).equals(shape)) {
            throw new ModelException(
                    "the tensor " + full + " is " + source.shape(full) + "; the architecture expects " + shape);
        }
        return bound.computeIfAbsent(
                full,
                key -> builder.parameter(
                        key,
                        new StoredValue(
                                DType.FLOAT32, shape, () -> read(key, shape), () -> Int8Tensor.of(source, key))));
    }

    private HostTensor read(String name, Shape shape) {
        HostTensor value = source.read(name);
        if (value.type() != DType.FLOAT32 || !value.shape().equals(shape)) {
            throw new ModelException(
                    "the tensor " + name + " is " + value + "; the architecture expects FLOAT32 " + shape);
        }
        return value;
    }

    @Override
    public Tensor buffer(String name, Shape shape, Initializer initializer) {
        return parameter(name, shape, initializer);
    }

    @Override
    public Parameters scope(String name) {
        return new GraphParameters(builder, source, stored, bound, prefix + name + ".");
    }

    @Override
    public Algebra algebra() {
        return builder.algebra();
    }
}
