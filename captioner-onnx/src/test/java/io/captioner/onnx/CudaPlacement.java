package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Where ONNX Runtime computes the nodes of a graph when a GPU is there, and what its loops read back from it. */
final class CudaPlacement {
    private static final String[] TYPES = {"", "float", "uint8", "", "", "", "", "int64", "", "bool"};

    private final CudaKernels kernels;
    private final Map<String, String> types = new HashMap<>();
    private final Set<String> inBodies = new HashSet<>(); // computed on the GPU, in each turn of some loop
    private final List<String> onHost = new ArrayList<>();
    private final List<String> reads = new ArrayList<>();
    private int nodes;

    CudaPlacement(GraphProto graph, CudaKernels kernels) {
        this.kernels = kernels;
        graph.getInitializerList().forEach(value -> types.put(value.getName(), TYPES[value.getDataType()]));
        walk(graph, false);
    }

    /** How many nodes there are, those of loops once. */
    int nodes() {
        return nodes;
    }

    /** Nodes that a GPU has no kernel for: {@code name Operation type}. */
    List<String> withoutKernel() {
        return onHost;
    }

    /** What is computed on the GPU in each turn of a loop and read on the host in that turn, beside the loop's own condition. */
    List<String> hostReads() {
        return reads;
    }

    private void walk(GraphProto graph, boolean inLoop) {
        graph.getInputList().forEach(this::declare);
        for (NodeProto node : graph.getNodeList()) {
            nodes++;
            String type = type(node);
            CudaKernels.Kernel kernel = kernels.find(node.getOpType(), type);
            if (kernel == null) {
                onHost.add(node.getName() + " " + node.getOpType() + " " + type);
                continue;
            }
            kernel.onHost().stream()
                    .filter(i -> i < node.getInputCount() && inBodies.contains(node.getInput(i)))
                    .forEach(i -> reads.add(node.getOpType()));
            for (AttributeProto attribute : node.getAttributeList()) {
                if (attribute.hasG()) {
                    walk(attribute.getG(), true);
                }
            }
            declareOutputs(node, type);
            if (inLoop && !kernel.gives()) {
                inBodies.addAll(node.getOutputList());
            }
        }
    }

    private void declare(ValueInfoProto value) {
        types.put(value.getName(), TYPES[value.getType().getTensorType().getElemType()]);
    }

    /** Of the data: what is chosen by a condition, what a loop carries, else the first input. */
    private String type(NodeProto node) {
        int data = node.getOpType().equals("Where") ? 1 : node.getOpType().equals("Loop") ? 2 : 0;
        return data < node.getInputCount() ? types.getOrDefault(node.getInput(data), "?") : "float";
    }

    private void declareOutputs(NodeProto node, String type) {
        for (int i = 0; i < node.getOutputCount(); i++) {
            types.put(node.getOutput(i), result(node, type, i));
        }
    }

    private static String result(NodeProto node, String type, int output) {
        return switch (node.getOpType()) {
            case "Cast" -> TYPES[(int) node.getAttribute(0).getI()];
            case "Equal", "Less" -> "bool";
            case "Shape" -> "int64";
            case "TopK" -> output == 0 ? type : "int64";
            case "Loop" ->
                TYPES[
                        node.getAttributeList().stream()
                                .filter(AttributeProto::hasG)
                                .findFirst()
                                .orElseThrow()
                                .getG()
                                .getOutput(output + 1) // after the condition
                                .getType()
                                .getTensorType()
                                .getElemType()];
            default -> type;
        };
    }
}
