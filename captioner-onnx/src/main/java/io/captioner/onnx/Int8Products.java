package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.captioner.onnx.StoredProducts.Matrix;
import io.captioner.onnx.StoredProducts.Product;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Products with stored matrices on 8 bits, also within loops: x is rounded to steps known beforehand, the product is one of integers,
 * MatMulInteger, and its sums are exact; so a row never depends on its neighbours in a batch. y = (scale of x) (scale of the row of W) sum.
 *
 * <p>In graphs for any machine weights stand as unsigned bytes around 128: with signed ones the sums of two products overflow on x86-64
 * without VNNI, and within loops ONNX Runtime (1.28) does not turn them into unsigned ones as it does elsewhere. Where they do not overflow,
 * signed ones take half the time for several rows.
 */
final class Int8Products {
    private static final String ZERO = "int8_weight_zero";
    /** What moves elements and leaves them as they are. */
    private static final Set<String> MOVES = Set.of("Reshape", "Transpose", "Squeeze", "Unsqueeze");

    private final StoredProducts products;
    private final StoredValues values;
    private final Map<String, Range> ranges;
    private final TensorProto.DataType type; // of weights
    private final int zero; // of weights
    private final Map<String, NodeProto> makers = new HashMap<>(); // of the graph itself
    private final Map<String, TensorProto> stored = new HashMap<>();
    private final Map<String, TensorProto> added = new LinkedHashMap<>();
    private Map<String, Rounded> rounded = new HashMap<>(); // those that can be read here
    private final Map<String, float[]> scales = new HashMap<>(); // of matrices
    private final Set<String> names = new HashSet<>();

    private Int8Products(GraphProto graph, StoredValues values, Map<String, Range> ranges, boolean signed) {
        this.values = values;
        this.type = signed ? TensorProto.DataType.INT8 : TensorProto.DataType.UINT8;
        this.zero = signed ? 0 : 128;
        this.products = new StoredProducts(graph, values);
        this.ranges = ranges;
        graph.getInitializerList().forEach(value -> stored.put(value.getName(), value));
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
    }

    /**
     * The model with its products on 8 bits where there are ranges for what they take.
     *
     * @param values of the model
     * @param ranges of x in x W^T, by {@link Product#rangeName}
     * @param signed whether weights may be signed bytes, see {@link ByteSums}
     */
    static ModelProto rewrite(ModelProto model, StoredValues values, Map<String, Range> ranges, boolean signed) {
        Int8Products all = new Int8Products(model.getGraph(), values, ranges, signed);
        if (all.products.byOutput().values().stream().noneMatch(product -> ranges.containsKey(product.rangeName()))) {
            return model;
        }
        GraphProto.Builder graph = all.rewritten(model.getGraph());
        graph.addAllInitializer(all.added.values());
        Unread.remove(graph);
        return model.toBuilder().setGraph(graph).build();
    }

    private GraphProto.Builder rewritten(GraphProto graph) {
        GraphProto.Builder out = graph.toBuilder().clearNode();
        Map<String, List<Product>> together = new HashMap<>(); // those that take the same bytes, by value and range
        for (NodeProto node : graph.getNodeList()) {
            Product product = rounded(node);
            if (product != null) {
                together.computeIfAbsent(taken(product), key -> new ArrayList<>())
                        .add(product);
            }
        }
        for (NodeProto node : graph.getNodeList()) {
            Product product = rounded(node);
            if (product == null) {
                out.addNode(withBodies(node));
            } else if (Objects.requireNonNull(together.get(taken(product))).get(0) == product) {
                add(Objects.requireNonNull(together.get(taken(product))), out);
            }
        }
        return out;
    }

    /** The product that this node is, where it has a range. */
    private @Nullable Product rounded(NodeProto node) {
        Product product =
                node.getOutputCount() == 0 ? null : products.byOutput().get(node.getOutput(0));
        return product != null && ranges.containsKey(product.rangeName()) ? product : null;
    }

    private String taken(Product product) {
        return withRange(product.input(), range(product));
    }

    private static String withRange(String value, Range range) {
        return value + ":" + range.min() + ":" + range.max();
    }

    private Range range(Product product) {
        return Objects.requireNonNull(ranges.get(product.rangeName()));
    }

    private NodeProto withBodies(NodeProto node) {
        NodeProto.Builder out = node.toBuilder();
        Map<String, Rounded> outside = rounded;
        rounded = new HashMap<>(outside);
        for (AttributeProto.Builder attribute : out.getAttributeBuilderList()) {
            if (attribute.hasG()) {
                attribute.setG(rewritten(attribute.getG()));
            }
        }
        rounded = outside;
        return out.build();
    }

    /**
     * A value on 8 bits.
     *
     * @param name of its bytes
     * @param scale of a step
     * @param zero the name of the byte that is 0
     */
    private record Rounded(String name, float scale, String zero) {}

    /** Products of one value are one product with their matrices below one another. */
    private void add(List<Product> group, GraphProto.Builder out) {
        Product first = group.get(0);
        List<Matrix> matrices = group.stream().map(Product::matrix).toList();
        String name = matrices.stream().map(Matrix::name).collect(Collectors.joining("+"));
        Rounded x = rounded(first.input(), range(first), out);
        String result = first.node().getOutput(0) + (group.size() == 1 ? "" : ":all");
        String weight = bytesOf(name, matrices);
        out.addNode(node("MatMulInteger", result + ":sum", List.of(x.name(), weight, x.zero(), ZERO)));
        NodeProto.Builder cast = node("Cast", result + ":float", List.of(result + ":sum"));
        out.addNode(cast.addAttribute(Attributes.of("to", TensorProto.DataType.FLOAT.getNumber())));
        out.addNode(node("Mul", result, List.of(result + ":float", scalesOf(name, matrices, x.scale()))));
        if (group.size() > 1) {
            NodeProto.Builder split = node("Split", result, List.of(result, rowsOf(name, matrices)))
                    .clearOutput()
                    .addAttribute(Attributes.of("axis", -1));
            group.forEach(product -> split.addOutput(product.node().getOutput(0)));
            out.addNode(split);
        }
    }

    private Rounded rounded(String value, Range range, GraphProto.Builder out) {
        Rounded known = before(value, out);
        if (known == null) {
            known = rounded.get(withRange(value, range));
        }
        if (known == null) {
            String name = unique(value + ":uint8");
            known = new Rounded(name, range.scale(), name + ":zero");
            put(Initializers.scalar(name + ":scale", range.scale()));
            put(Initializers.bytes(known.zero(), TensorProto.DataType.UINT8, new byte[] {(byte) range.zero()}));
            out.addNode(node("QuantizeLinear", name, List.of(value, name + ":scale", known.zero())));
            rounded.put(withRange(value, range), known);
        }
        return known;
    }

    /** What is on 8 bits as it is, or was before its elements were moved: then the bytes are moved instead. Else null. */
    private @Nullable Rounded before(String value, GraphProto.Builder out) {
        Rounded known = rounded.get(value);
        if (known != null) {
            return known;
        }
        NodeProto quantize = makers.get(value + ":uint8");
        if (quantize != null) {
            TensorProto scale = Objects.requireNonNull(stored.get(quantize.getInput(1)));
            return new Rounded(quantize.getOutput(0), values.floats(scale)[0], quantize.getInput(2));
        }
        NodeProto move = makers.get(value);
        Rounded source = move == null || !MOVES.contains(move.getOpType()) ? null : before(move.getInput(0), out);
        if (move == null || source == null) {
            return null;
        }
        String name = unique(value + ":uint8");
        out.addNode(move.toBuilder().setName(name).setInput(0, source.name()).setOutput(0, name));
        Rounded moved = new Rounded(name, source.scale(), source.zero());
        rounded.put(value, moved);
        return moved;
    }

    private static int rows(List<Matrix> matrices) {
        return matrices.stream().mapToInt(Matrix::rows).sum();
    }

    /** The transposes (columns, all rows) as bytes: their name. */
    private String bytesOf(String names, List<Matrix> matrices) {
        String name = names + ":int8";
        if (!added.containsKey(name)) {
            int rows = rows(matrices);
            int columns = matrices.get(0).columns();
            byte[] steps = new byte[rows * columns];
            int at = 0;
            for (Matrix matrix : matrices) {
                IntegerRows.of(matrix, values).write(matrix.from(), columns, zero, steps, at, rows);
                at += matrix.rows();
            }
            put(Initializers.bytes(name, type, steps, columns, rows));
            put(Initializers.bytes(ZERO, type, new byte[] {(byte) zero}));
        }
        return name;
    }

    private float[] scales(Matrix matrix) {
        return scales.computeIfAbsent(
                matrix.weight().getName(),
                name -> IntegerRows.of(matrix, values).scales());
    }

    /** What a step of the sums stands for, (all rows): its name. */
    private String scalesOf(String names, List<Matrix> matrices, float inputScale) {
        String name = names + ":scale:" + inputScale;
        if (!added.containsKey(name)) {
            float[] all = new float[rows(matrices)];
            int at = 0;
            for (Matrix matrix : matrices) {
                for (float scale : scales(matrix)) {
                    all[at++] = scale * inputScale;
                }
            }
            put(Initializers.floats(name, all));
        }
        return name;
    }

    /** How many rows each has: its name. */
    private String rowsOf(String names, List<Matrix> matrices) {
        put(Initializers.longs(
                names + ":rows", matrices.stream().mapToLong(Matrix::rows).toArray()));
        return names + ":rows";
    }

    private String unique(String base) {
        String name = base;
        for (int i = 1; !names.add(name) || makers.containsKey(name); i++) {
            name = base + "_" + i;
        }
        return name;
    }

    private static NodeProto.Builder node(String operation, String result, List<String> operands) {
        return NodeProto.newBuilder()
                .setOpType(operation)
                .setName(result + "/" + operation)
                .addAllInput(operands)
                .addOutput(result);
    }

    private void put(TensorProto value) {
        added.put(value.getName(), value);
    }
}
