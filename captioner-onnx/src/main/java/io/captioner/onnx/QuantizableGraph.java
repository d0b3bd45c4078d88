package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.captioner.weights.Int8Tensor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The parts of a graph that can be computed on 8 bits: convolutions with what follows them, sums of their results, maxima of them. */
final class QuantizableGraph {
    private final StoredValues values;
    private final Map<String, TensorProto> stored = new LinkedHashMap<>();
    private final Map<String, List<NodeProto>> consumers = new HashMap<>();
    private final Set<String> elsewhere = new HashSet<>(); // read by bodies of loops and by the graph's caller
    private final Map<String, Unit> units = new LinkedHashMap<>(); // by what they give

    QuantizableGraph(GraphProto graph, StoredValues values) {
        this.values = values;
        graph.getInitializerList().forEach(value -> stored.put(value.getName(), value));
        graph.getOutputList().forEach(output -> elsewhere.add(output.getName()));
        for (NodeProto node : graph.getNodeList()) {
            node.getInputList()
                    .forEach(input -> consumers
                            .computeIfAbsent(input, key -> new ArrayList<>())
                            .add(node));
            node.getAttributeList().forEach(attribute -> Unread.readInside(attribute, elsewhere));
        }
        for (NodeProto node : graph.getNodeList()) {
            Unit unit = unit(node);
            if (unit != null) {
                units.put(unit.output(), unit);
            }
        }
    }

    /**
     * Nodes that become one operation.
     *
     * @param main Conv, Add or MaxPool
     * @param norm the batch normalisation behind a convolution
     * @param activation Clip or Relu behind that
     */
    record Unit(
            NodeProto main,
            @Nullable NodeProto norm,
            @Nullable NodeProto activation) {
        /** The name of what it gives. */
        String output() {
            NodeProto last = activation != null ? activation : norm != null ? norm : main;
            return last.getOutput(0);
        }

        /** The stored value that is added to each channel, or none. */
        @Nullable
        String bias() {
            if (norm != null) {
                return norm.getInput(2);
            }
            return isConvolution() && main.getInputCount() > 2 ? main.getInput(2) : null;
        }

        /** Of channels that do not see each other. */
        int groups() {
            return main.getAttributeList().stream()
                    .filter(attribute -> attribute.getName().equals("group"))
                    .mapToInt(attribute -> (int) attribute.getI())
                    .findFirst()
                    .orElse(1);
        }

        boolean isConvolution() {
            return main.getOpType().equals("Conv");
        }

        boolean isPool() {
            return main.getOpType().equals("MaxPool");
        }
    }

    /** In the order of the graph. */
    Collection<Unit> units() {
        return units.values();
    }

    /** Whether anything but the given nodes reads a value: other nodes, bodies of loops, the graph's caller. */
    boolean isReadBeside(String value, Set<NodeProto> nodes) {
        return elsewhere.contains(value) || !nodes.containsAll(consumers.getOrDefault(value, List.of()));
    }

    private @Nullable Unit unit(NodeProto node) {
        switch (node.getOpType()) {
            case "Conv" -> {
                if (!allStored(node.getInputList().subList(1, node.getInputCount()))) {
                    return null;
                }
                NodeProto norm = next(node, "BatchNormalization");
                if (norm != null && !allStored(norm.getInputList().subList(1, norm.getInputCount()))) {
                    norm = null;
                }
                return new Unit(node, norm, activation(norm == null ? node : norm));
            }
            case "Add" -> {
                return units.keySet().containsAll(node.getInputList()) ? new Unit(node, null, activation(node)) : null;
            }
            case "MaxPool" -> {
                return units.containsKey(node.getInput(0)) ? new Unit(node, null, null) : null;
            }
            default -> {
                return null;
            }
        }
    }

    private @Nullable NodeProto activation(NodeProto node) {
        NodeProto clip = next(node, "Clip");
        return clip != null
                        && clip.getInputCount() == 3
                        && allStored(clip.getInputList().subList(1, 3))
                ? clip
                : next(node, "Relu");
    }

    /** The node that alone reads what {@code node} gives, where it is of this kind. */
    private @Nullable NodeProto next(NodeProto node, String operation) {
        String value = node.getOutput(0);
        List<NodeProto> readers = consumers.getOrDefault(value, List.of());
        return !elsewhere.contains(value)
                        && readers.size() == 1
                        && readers.get(0).getOpType().equals(operation)
                        && readers.get(0).getInput(0).equals(value)
                ? readers.get(0)
                : null;
    }

    private boolean allStored(List<String> names) {
        return names.stream().allMatch(name -> values.areFloats(stored.get(name)));
    }

    /** The elements of a stored value. */
    float[] floats(String name) {
        return values.floats(stored(name));
    }

    /** The elements as they are stored on 8 bits; null where they are not. */
    @Nullable
    Int8Tensor rounded(String name) {
        return values.rounded(stored(name));
    }

    TensorProto stored(String name) {
        return Objects.requireNonNull(stored.get(name), name);
    }
}
