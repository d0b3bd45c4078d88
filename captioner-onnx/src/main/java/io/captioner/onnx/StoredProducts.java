package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The products of a graph with stored matrices, x W^T, those in bodies of loops too: MatMul with the transpose of a stored matrix or of some
 * of its columns, as linear layers are recorded.
 */
final class StoredProducts {
    /** Below this a product is no work. */
    private static final long FEWEST = 4096;

    /**
     * A stored matrix W (rows, all), or some of its columns.
     *
     * @param from the first of them
     */
    record Matrix(TensorProto weight, int from, int columns) {
        int rows() {
            return Math.toIntExact(weight.getDims(0));
        }

        int all() {
            return Math.toIntExact(weight.getDims(1));
        }

        /** Its parameter's name, and which columns where not all. */
        String name() {
            return weight.getName() + (columns == all() ? "" : "[" + from + ":" + (from + columns) + "]");
        }
    }

    /**
     * @param node MatMul
     * @param path the outputs by which the Loop nodes around it are known, outermost first
     */
    record Product(NodeProto node, Matrix matrix, List<String> path) {
        /** x. */
        String input() {
            return node.getInput(0);
        }

        /**
         * What the range of x is known by, the same in every graph of a model. A loop's first turn is often made outside, of other values:
         * an LSTM's h is within -1 and 1 but for the first.
         */
        String rangeName() {
            return matrix.name() + (path.isEmpty() ? "" : "@loop");
        }
    }

    private final StoredValues values;
    private final Map<String, TensorProto> stored = new HashMap<>();
    private final Map<String, NodeProto> makers = new HashMap<>(); // of the graph itself
    private final Set<String> constant = new HashSet<>(); // stored values, and what is computed from them alone
    private final Map<String, Product> products = new LinkedHashMap<>(); // by what they give

    StoredProducts(GraphProto graph, StoredValues values) {
        this.values = values;
        graph.getInitializerList().forEach(value -> stored.put(value.getName(), value));
        constant.addAll(stored.keySet());
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> makers.put(output, node));
            if (node.getInputCount() > 0 && constant.containsAll(node.getInputList())) {
                constant.addAll(node.getOutputList());
            }
        }
        find(graph, List.of());
    }

    private void find(GraphProto graph, List<String> path) {
        for (NodeProto node : graph.getNodeList()) {
            if (node.getOpType().equals("MatMul") && !constant.contains(node.getInput(0))) {
                Matrix matrix = matrix(node.getInput(1));
                if (matrix != null) {
                    products.put(node.getOutput(0), new Product(node, matrix, path));
                }
            }
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    List<String> inner = new ArrayList<>(path);
                    inner.add(node.getOutput(0));
                    find(attribute.getG(), List.copyOf(inner));
                }
            }
        }
    }

    /** By what they give, in the order of the graph. */
    Map<String, Product> byOutput() {
        return products;
    }

    /** The matrix whose transpose is this value. */
    private @Nullable Matrix matrix(String transposed) {
        NodeProto transpose = makers.get(transposed);
        if (transpose == null || !transpose.getOpType().equals("Transpose")) {
            return null;
        }
        String name = transpose.getInput(0);
        NodeProto slice = makers.get(name);
        TensorProto whole = stored.get(slice == null ? name : slice.getInput(0));
        if (whole == null || whole.getDimsCount() != 2 || !values.areFloats(whole)) {
            return null;
        }
        long all = whole.getDims(1);
        Matrix matrix = new Matrix(whole, 0, (int) all);
        if (slice != null) {
            if (!slice.getOpType().equals("Slice") || slice.getInputCount() != 4 || number(slice.getInput(3)) != 1) {
                return null;
            }
            long from = number(slice.getInput(1));
            long to = Math.min(all, number(slice.getInput(2)));
            if (from < 0 || to <= from) {
                return null;
            }
            matrix = new Matrix(whole, (int) from, (int) (to - from));
        }
        return (long) matrix.rows() * matrix.columns() >= FEWEST ? matrix : null;
    }

    /** A stored INT64, or -1. */
    private long number(String name) {
        TensorProto value = stored.get(name);
        return value == null || value.getRawData().size() != Long.BYTES
                ? -1
                : value.getRawData()
                        .asReadOnlyByteBuffer()
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .getLong();
    }
}
