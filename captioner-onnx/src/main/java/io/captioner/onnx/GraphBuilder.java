package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A graph under construction: gives names, keeps the stored values, and puts each node where it belongs. A node goes to the innermost
 * scope of its operands, so what a loop's body computes from outer values alone is computed once, before the loop.
 */
final class GraphBuilder {
    private static final int SHARED_BYTES = 4096;
    private static final int SPOKEN_ELEMENTS = 4;

    private record ConstantKey(DType type, Shape shape, ByteBuffer content) {
        /** Written out, as is {@link #equals}: to link a record's own takes milliseconds of a process's start. */
        @Override
        public int hashCode() {
            return 31 * (31 * type.ordinal() + shape.hashCode()) + content.hashCode();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof ConstantKey key
                    && type == key.type
                    && shape.equals(key.shape)
                    && content.equals(key.content);
        }
    }

    private final Scope root = new Scope(null);
    private Scope outermost = root;
    private final GraphAlgebra algebra = new GraphAlgebra(this, root);
    private final Map<String, StoredValue> initializers = new LinkedHashMap<>();
    private final Map<ConstantKey, GraphTensor> constants = new HashMap<>();
    private final Map<String, String> aliases = new HashMap<>();
    private final Map<String, Integer> names = new HashMap<>(); // each with its place in the order of recording
    private final Set<String> stored = new HashSet<>(); // stored values, and what is computed from them alone
    private final Map<String, Integer> counters = new HashMap<>();

    /** @param reserved names of inputs and outputs, which no other value gets */
    GraphBuilder(Collection<String> reserved) {
        reserved.forEach(this::take);
    }

    Scope root() {
        return root;
    }

    GraphAlgebra algebra() {
        return algebra;
    }

    Map<String, StoredValue> initializers() {
        return initializers;
    }

    /** Names under which values were recorded, to the names they are written by. */
    Map<String, String> aliases() {
        return aliases;
    }

    /** Lets every node that reads {@code name} read {@code value} instead. */
    void alias(GraphTensor name, GraphTensor value) {
        aliases.put(name.name(), value.name());
    }

    /** {@code tensor} as one of this graph. */
    GraphTensor owned(Tensor tensor) {
        if (tensor instanceof GraphTensor own && own.builder() == this) {
            return own;
        }
        throw new IllegalArgumentException("a tensor of another algebra: " + tensor);
    }

    GraphTensor input(Scope scope, String name, Shape shape, DType type) {
        return new GraphTensor(this, scope, name, "", shape, type, null);
    }

    /** A learned value, stored once under its own name. */
    GraphTensor parameter(String name, StoredValue value) {
        if (!take(name)) {
            throw new IllegalArgumentException("the parameter " + name + " has the name of an input or output");
        }
        initializers.put(name, value);
        stored.add(name);
        int dot = name.lastIndexOf('.');
        return new GraphTensor(
                this, root, name, dot < 0 ? name : name.substring(0, dot), value.shape(), value.type(), null);
    }

    /** A stored value; equal small ones are stored once. */
    GraphTensor constant(HostTensor value) {
        if (value.bytes().remaining() > SHARED_BYTES) {
            return newConstant(value);
        }
        return constants.computeIfAbsent(
                new ConstantKey(value.type(), value.shape(), value.bytes()), key -> newConstant(value));
    }

    private GraphTensor newConstant(HostTensor value) {
        String name = unique(spoken(value));
        initializers.put(name, StoredValue.of(value));
        stored.add(name);
        return new GraphTensor(this, root, name, "", value.shape(), value.type(), value);
    }

    /** Small values say in their name what they are: {@code int64_0_-1}. */
    private static String spoken(HostTensor value) {
        String type = value.type().name().toLowerCase(java.util.Locale.ROOT);
        if (value.shape().size() > SPOKEN_ELEMENTS || value.shape().size() == 0) {
            return "constant_" + type;
        }
        return switch (value.type()) {
            case FLOAT32 -> type + spoken(Arrays.toString(value.toFloatArray()));
            case INT64 -> type + spoken(Arrays.toString(value.toLongArray()));
            case UINT8, BOOL -> "constant_" + type;
        };
    }

    private static String spoken(String list) {
        return "_" + list.substring(1, list.length() - 1).replace(", ", "_");
    }

    /** INT64 (n), as shapes and axes are given to nodes. */
    GraphTensor longs(long... values) {
        return constant(HostTensor.ofLongs(Shape.of(values.length), values));
    }

    GraphTensor scalar(float value) {
        return constant(HostTensor.scalar(value));
    }

    /** Records a node with one output. */
    GraphTensor record(
            String operation,
            Shape shape,
            DType type,
            List<@Nullable GraphTensor> operands,
            AttributeProto... attributes) {
        return record(operation, List.of(shape), List.of(type), operands, attributes)
                .get(0);
    }

    /** Records a node, or finds the same one recorded before. */
    List<GraphTensor> record(
            String operation,
            List<Shape> shapes,
            List<DType> types,
            List<@Nullable GraphTensor> operands,
            AttributeProto... attributes) {
        Scope scope = outermost;
        List<String> inputs = new ArrayList<>();
        for (GraphTensor operand : operands) {
            scope = operand == null ? scope : scope.inner(operand.scope());
            inputs.add(operand == null ? "" : operand.name());
        }
        while (inputs.get(inputs.size() - 1).isEmpty()) {
            inputs.remove(inputs.size() - 1);
        }
        Node key = new Node(operation, "", inputs, List.of(), List.of(attributes), null);
        List<GraphTensor> before = scope.recorded().get(key);
        if (before != null && before.size() == shapes.size()) {
            return before;
        }
        String label = label(operands);
        String name = unique(label.isEmpty() ? operation : label + "/" + operation);
        List<GraphTensor> outputs = outputs(scope, name, label, shapes, types);
        scope.add(new Node(operation, name, inputs, names(outputs), List.of(attributes), null));
        scope.recorded().put(key, outputs);
        if (stored.containsAll(inputs)) {
            stored.addAll(names(outputs));
        }
        return outputs;
    }

    /** Records a Loop node over a closed body. */
    List<GraphTensor> recordLoop(
            Scope scope, List<GraphTensor> operands, Scope body, List<Shape> shapes, List<DType> types) {
        for (GraphTensor operand : operands) {
            if (scope.inner(operand.scope()) != scope) {
                throw new IllegalStateException("a loop uses a tensor from the body of another loop");
            }
        }
        String name = unique("Loop");
        List<GraphTensor> outputs = outputs(scope, name, "", shapes, types);
        scope.add(new Node("Loop", name, names(operands), names(outputs), List.of(), body));
        return outputs;
    }

    /** Runs {@code recording} with all that it records inside {@code scope}, also what could be computed further out. */
    Tensor inside(Scope scope, Supplier<Tensor> recording) {
        Scope before = outermost;
        outermost = scope;
        try {
            return recording.get();
        } finally {
            outermost = before;
        }
    }

    /** A copy of a value inside {@code scope}, for outputs of a graph that no node of it computes. */
    GraphTensor copy(Scope scope, GraphTensor value) {
        if (!scope.sees(value.scope())) {
            throw new IllegalStateException("a loop's body gives a tensor from the body of another loop");
        }
        String name = unique("Identity");
        GraphTensor copy = new GraphTensor(this, scope, name, "", value.shape(), value.type(), null);
        scope.add(new Node("Identity", name, List.of(value.name()), List.of(name), List.of(), null));
        return copy;
    }

    private List<GraphTensor> outputs(Scope scope, String name, String label, List<Shape> shapes, List<DType> types) {
        List<GraphTensor> outputs = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            String value = shapes.size() == 1 ? name : name + ":" + i;
            outputs.add(new GraphTensor(this, scope, value, label, shapes.get(i), types.get(i), null));
        }
        return List.copyOf(outputs);
    }

    /** The part of the model a node belongs to: that of its first parameter, else that of its newest operand. */
    private String label(List<@Nullable GraphTensor> operands) {
        String label = "";
        int newest = -1;
        for (GraphTensor operand : operands) {
            if (operand == null || operand.label().isEmpty()) {
                continue;
            }
            if (stored.contains(operand.name())) {
                return operand.label();
            }
            int order = names.getOrDefault(operand.name(), 0);
            if (order > newest) {
                newest = order;
                label = operand.label();
            }
        }
        return label;
    }

    String unique(String base) {
        String name = base;
        while (!take(name)) {
            name = base + "_" + counters.merge(base, 1, Integer::sum);
        }
        return name;
    }

    private boolean take(String name) {
        return names.putIfAbsent(name, names.size()) == null;
    }

    static List<String> names(List<GraphTensor> tensors) {
        return tensors.stream().map(GraphTensor::name).toList();
    }
}
