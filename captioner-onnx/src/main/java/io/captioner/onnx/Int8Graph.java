package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import io.captioner.onnx.QuantizableGraph.Unit;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph with its convolutions on 8 bits, in the form that runtimes know: QuantizeLinear and DequantizeLinear around plain operations, which
 * they join to integer ones. Activations are unsigned with a range for each tensor, known beforehand, so that a picture never depends on
 * its neighbours in a batch; weights are signed with a scale for each output channel; batch normalisation is in weights and bias; ReLU and
 * ReLU6 are the ends of the range.
 */
final class Int8Graph {
    private final QuantizableGraph parts;
    private final Map<String, Range> ranges;
    private final GraphProto.Builder out;
    private final Map<String, Range> quantized = new HashMap<>(); // values that have been put on 8 bits

    private Int8Graph(GraphProto graph, StoredValues values, Map<String, Range> ranges) {
        this.parts = new QuantizableGraph(graph, values);
        this.ranges = ranges;
        this.out = graph.toBuilder().clearNode();
    }

    /** A model for any machine, that holds all its values. */
    static ModelProto rewrite(ModelProto model, Map<String, Range> ranges) {
        return rewrite(model, StoredValues.INSIDE, ranges, false);
    }

    /**
     * The model on 8 bits where there are ranges, unchanged where there are none.
     *
     * @param values of the model
     * @param ranges of the results of {@link QuantizableGraph#units}, by their names, and of what {@link Int8Products} take
     * @param signed for this machine alone, see {@link Int8Products#rewrite}
     */
    static ModelProto rewrite(ModelProto model, StoredValues values, Map<String, Range> ranges, boolean signed) {
        if (ranges.isEmpty()) {
            return model;
        }
        Int8Graph graph = new Int8Graph(model.getGraph(), values, ranges);
        graph.rewrite(model.getGraph());
        return Int8Products.rewrite(model.toBuilder().setGraph(graph.out).build(), values, ranges, signed);
    }

    private void rewrite(GraphProto graph) {
        // by identity: to hash a message is to hash all that it holds
        Map<NodeProto, Unit> first = new IdentityHashMap<>();
        Map<NodeProto, Unit> last = new IdentityHashMap<>();
        Set<NodeProto> joined = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Unit unit : parts.units()) {
            if (!willBeQuantized(unit)) {
                continue;
            }
            if (quantizedInputs(unit)) {
                first.put(unit.main(), unit);
                addIfPresent(joined, unit.norm());
                addIfPresent(joined, unit.activation());
            } else {
                last.put(lastOf(unit), unit);
            }
            quantized.put(unit.output(), range(unit));
        }
        for (NodeProto node : graph.getNodeList()) {
            Unit whole = first.get(node);
            if (whole != null) {
                add(whole, first.keySet());
            } else if (last.containsKey(node)) {
                out.addNode(node.toBuilder().setOutput(0, exact(node.getOutput(0))));
                addRounding(node.getOutput(0), first.keySet());
            } else if (!joined.contains(node)) {
                out.addNode(node);
            }
        }
        Unread.remove(out);
    }

    private boolean willBeQuantized(Unit unit) {
        return unit.isPool()
                ? quantized.containsKey(unit.main().getInput(0))
                : ranges.containsKey(unit.output()) && (unit.isConvolution() || quantizedInputs(unit));
    }

    private boolean quantizedInputs(Unit unit) {
        List<String> inputs = unit.main().getInputList();
        return quantized.keySet().containsAll(unit.isConvolution() ? inputs.subList(0, 1) : inputs);
    }

    private Range range(Unit unit) {
        return Objects.requireNonNull(
                unit.isPool() ? quantized.get(unit.main().getInput(0)) : ranges.get(unit.output()));
    }

    private static NodeProto lastOf(Unit unit) {
        return unit.activation() != null ? unit.activation() : unit.norm() != null ? unit.norm() : unit.main();
    }

    private static void addIfPresent(Set<NodeProto> nodes, @Nullable NodeProto node) {
        if (node != null) {
            nodes.add(node);
        }
    }

    /** One operation on 8 bits; its activation is the cut of the range. */
    private void add(Unit unit, Set<NodeProto> integer) {
        NodeProto.Builder node = unit.main().toBuilder().clearInput().setOutput(0, exact(unit.output()));
        if (unit.isConvolution()) {
            String input = unit.main().getInput(0);
            node.addInput(rounded(input)).addAllInput(addWeights(unit, Objects.requireNonNull(quantized.get(input))));
        } else {
            unit.main().getInputList().forEach(input -> node.addInput(rounded(input)));
        }
        out.addNode(node);
        addRounding(unit.output(), integer);
    }

    /** Weights on 8 bits, bias on 32, each as what a DequantizeLinear makes of it. Returns their names. */
    private List<String> addWeights(Unit unit, Range input) {
        FoldedConvolution folded = FoldedConvolution.of(parts, unit);
        float[] scales = folded.scales(input.scale());
        int channels = folded.channels();
        float[] biasScales = new float[channels];
        int[] biases = new int[channels];
        for (int c = 0; c < channels; c++) {
            biasScales[c] = scales[c] * input.scale();
            biases[c] = (int) Math.rint((double) folded.bias()[c] / biasScales[c]);
        }
        String name = unit.main().getInput(1);
        long[] dims = parts.stored(name).getDimsList().stream()
                .mapToLong(Long::longValue)
                .toArray();
        out.addInitializer(Initializers.bytes(name + ":int8", TensorProto.DataType.INT8, folded.rounded(scales), dims));
        out.addInitializer(Initializers.floats(name + ":scale", scales));
        out.addInitializer(Initializers.bytes(name + ":zero", TensorProto.DataType.INT8, new byte[channels], channels));
        addDequantize(name + ":int8", name + ":scale", name + ":zero", rounded(name));
        out.addInitializer(Initializers.ints(name + ":bias", biases));
        out.addInitializer(Initializers.floats(name + ":bias_scale", biasScales));
        addDequantize(name + ":bias", name + ":bias_scale", null, name + ":bias_rounded");
        return List.of(rounded(name), name + ":bias_rounded");
    }

    /**
     * Rounds a value. Where others than {@code integer} operations read it, they read it through a Clip to the values it can have: it changes
     * nothing, but keeps ONNX Runtime (1.28) from moving the rounding on into the body of a loop, where it fails.
     */
    private void addRounding(String value, Set<NodeProto> integer) {
        Range range = Objects.requireNonNull(quantized.get(value));
        out.addInitializer(Initializers.scalar(value + ":scale", range.scale()));
        out.addInitializer(
                Initializers.bytes(value + ":zero", TensorProto.DataType.UINT8, new byte[] {(byte) range.zero()}));
        addNode("QuantizeLinear", value + ":uint8", exact(value), value + ":scale", value + ":zero");
        addNode("DequantizeLinear", rounded(value), value + ":uint8", value + ":scale", value + ":zero");
        if (parts.isReadBeside(value, integer)) {
            out.addInitializer(Initializers.scalar(value + ":smallest", -range.zero() * range.scale()));
            out.addInitializer(Initializers.scalar(value + ":largest", (Range.STEPS - range.zero()) * range.scale()));
            addNode("Clip", value, rounded(value), value + ":smallest", value + ":largest");
        }
    }

    private void addNode(String operation, String result, String... operands) {
        out.addNode(NodeProto.newBuilder()
                .setOpType(operation)
                .setName(result + "/" + operation)
                .addAllInput(List.of(operands))
                .addOutput(result));
    }

    private void addDequantize(String value, String scale, @Nullable String zero, String result) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType("DequantizeLinear")
                .setName(result + "/DequantizeLinear")
                .addInput(value)
                .addInput(scale)
                .addOutput(result)
                .addAttribute(Attributes.of("axis", 0));
        out.addNode(zero == null ? node : node.addInput(zero));
    }

    /** The name of a value before it is rounded. */
    private static String exact(String value) {
        return value + ":exact";
    }

    private static String rounded(String value) {
        return value + ":rounded";
    }
}
