package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.captioner.onnx.StoredProducts.Matrix;
import io.captioner.onnx.StoredProducts.Product;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
    private static final int WEIGHT_STEPS = 127;
    private static final int ROWS_TOGETHER = 16;
    private static final String ZERO = "int8_weight_zero";
    /** What moves elements and leaves them as they are. */
    private static final Set<String> MOVES = Set.of("Reshape", "Transpose", "Squeeze", "Unsqueeze");

    private final StoredProducts products;
    private final Map<String, Range> ranges;
    private final TensorProto.DataType type; // of weights
    private final int zero; // of weights
    private final Map<String, NodeProto> makers = new HashMap<>(); // of the graph itself
    private final Map<String, TensorProto> stored = new HashMap<>();
    private final Map<String, TensorProto> added = new LinkedHashMap<>();
    private Map<String, Rounded> rounded = new HashMap<>(); // those that can be read here
    private final Map<String, float[]> scales = new HashMap<>(); // of matrices
    private final Set<String> names = new HashSet<>();

    private Int8Products(GraphProto graph, Map<String, Range> ranges, boolean signed) {
        this.type = signed ? TensorProto.DataType.INT8 : TensorProto.DataType.UINT8;
        this.zero = signed ? 0 : 128;
        this.products = new StoredProducts(graph);
        this.ranges = ranges;
        graph.getInitializerList().forEach(value -> stored.put(value.getName(), value));
        graph.getNodeList().forEach(node -> node.getOutputList().forEach(output -> makers.put(output, node)));
    }

    /**
     * The model with its products on 8 bits where there are ranges for what they take.
     *
     * @param ranges of x in x W^T, by {@link Product#rangeName}
     * @param signed whether weights may be signed bytes, see {@link ByteSums}
     */
    static ModelProto rewrite(ModelProto model, Map<String, Range> ranges, boolean signed) {
        Int8Products all = new Int8Products(model.getGraph(), ranges, signed);
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
        return product.input() + range(product);
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
            known = rounded.get(value + range);
        }
        if (known == null) {
            String name = unique(value + ":uint8");
            known = new Rounded(name, range.scale(), name + ":zero");
            put(name + ":scale", TensorProto.DataType.FLOAT, bytes(floats(1).putFloat(range.scale())));
            put(known.zero(), TensorProto.DataType.UINT8, ByteString.copyFrom(new byte[] {(byte) range.zero()}));
            out.addNode(node("QuantizeLinear", name, List.of(value, name + ":scale", known.zero())));
            rounded.put(value + range, known);
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
            return new Rounded(quantize.getOutput(0), StoredProducts.floats(scale)[0], quantize.getInput(2));
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
                write(matrix, steps, at, rows);
                at += matrix.rows();
            }
            put(name, type, UnsafeByteOperations.unsafeWrap(steps), columns, rows);
            put(ZERO, type, ByteString.copyFrom(new byte[] {(byte) zero}));
        }
        return name;
    }

    /** Row r of W becomes column {@code at + r} of {@code all} ones, some rows at a time so that neither side is read or written by leaps. */
    private void write(Matrix matrix, byte[] steps, int at, int all) {
        float[] scales = scales(matrix);
        float[] values = StoredProducts.floats(matrix.weight());
        int width = matrix.all();
        int columns = matrix.columns();
        double half = WEIGHT_STEPS + 1.5; // makes the number positive, which is then cut off
        for (int from = 0; from < scales.length; from += ROWS_TOGETHER) {
            int to = Math.min(scales.length, from + ROWS_TOGETHER);
            double[] inverse = new double[to - from];
            for (int r = from; r < to; r++) {
                inverse[r - from] = scales[r] > 0 ? 1.0 / scales[r] : 0;
            }
            for (int c = 0; c < columns; c++) {
                int source = from * width + matrix.from() + c;
                int target = c * all + at + from;
                for (int r = 0; r < inverse.length; r++) {
                    int step = (int) (values[source + r * width] * inverse[r] + half) - (WEIGHT_STEPS + 1);
                    steps[target + r] = (byte) (step + zero);
                }
            }
        }
    }

    private float[] scales(Matrix matrix) {
        return scales.computeIfAbsent(matrix.weight().getName(), name -> matrix.scales(WEIGHT_STEPS));
    }

    /** What a step of the sums stands for, (all rows): its name. */
    private String scalesOf(String names, List<Matrix> matrices, float inputScale) {
        String name = names + ":scale:" + inputScale;
        if (!added.containsKey(name)) {
            ByteBuffer scales = floats(rows(matrices));
            for (Matrix matrix : matrices) {
                for (float scale : scales(matrix)) {
                    scales.putFloat(scale * inputScale);
                }
            }
            put(name, TensorProto.DataType.FLOAT, bytes(scales), rows(matrices));
        }
        return name;
    }

    /** How many rows each has: its name. */
    private String rowsOf(String names, List<Matrix> matrices) {
        ByteBuffer rows = ByteBuffer.allocate(Long.BYTES * matrices.size()).order(ByteOrder.LITTLE_ENDIAN);
        matrices.forEach(matrix -> rows.putLong(matrix.rows()));
        put(names + ":rows", TensorProto.DataType.INT64, bytes(rows), matrices.size());
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

    private void put(String name, TensorProto.DataType type, ByteString content, long... dims) {
        TensorProto.Builder value = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.getNumber())
                .setRawData(content);
        for (long dim : dims) {
            value.addDims(dim);
        }
        added.put(name, value.build());
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocate(Float.BYTES * count).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteString bytes(ByteBuffer full) {
        return UnsafeByteOperations.unsafeWrap(full.flip());
    }
}
