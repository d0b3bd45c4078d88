package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.UnsafeByteOperations;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a traced graph as an ONNX model. */
final class ModelWriter {
    /** Operator set of the graph; the first with layer normalisation, and read by every runtime of the last years. */
    static final int OPERATOR_SET = 17;

    static final int IR_VERSION = 8;
    /** Below this a value always stands in the model itself: the runtime needs shapes and axes while it reads the graph. */
    private static final int SMALL = 1024;

    private final TracedGraph graph;
    private final Map<String, StoredValue> external = new LinkedHashMap<>();

    ModelWriter(TracedGraph graph) {
        this.graph = graph;
    }

    /**
     * The model.
     *
     * @param embedded most bytes of stored values that go into the model; where there are more, large ones stay outside
     * @see #external
     */
    ModelProto write(Map<String, String> metadata, long embedded) {
        GraphProto.Builder root = scope(graph.root(), "captioner");
        Map<String, StoredValue> values = graph.initializers();
        boolean fits = values.values().stream().mapToLong(StoredValue::bytes).sum() <= embedded;
        values.forEach((name, value) -> root.addInitializer(initializer(name, value, fits || value.bytes() < SMALL)));
        for (int i = 0; i < graph.inputs().size(); i++) {
            root.addInput(input(graph.inputs().get(i), i == 0));
        }
        ModelProto.Builder model = ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName("captioner")
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPERATOR_SET))
                .setGraph(root);
        metadata.forEach((key, value) -> model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
        return model.build();
    }

    /** The stored values that stayed outside the model. */
    StoredValues external() {
        return new StoredValues(external);
    }

    private GraphProto.Builder scope(Scope scope, String name) {
        GraphProto.Builder proto = GraphProto.newBuilder().setName(name);
        for (Node node : scope.nodes()) {
            if (graph.isNeeded(node)) {
                proto.addNode(node(node));
            }
        }
        scope.inputs().forEach(input -> proto.addInput(value(input)));
        List<GraphTensor> outputs = scope == graph.root() ? graph.outputs() : scope.outputs();
        outputs.forEach(output -> proto.addOutput(value(output)));
        return proto;
    }

    private NodeProto node(Node node) {
        NodeProto.Builder proto =
                NodeProto.newBuilder().setOpType(node.operation()).setName(node.name());
        node.inputs().forEach(input -> proto.addInput(graph.written(input)));
        node.outputs().forEach(output -> proto.addOutput(graph.written(output)));
        proto.addAllAttribute(node.attributes());
        if (node.body() != null) {
            proto.addAttribute(AttributeProto.newBuilder()
                    .setName("body")
                    .setType(AttributeType.GRAPH)
                    .setG(scope(node.body(), node.name() + "_body")));
        }
        return proto.build();
    }

    private TensorProto initializer(String name, StoredValue value, boolean embed) {
        TensorProto.Builder proto = TensorProto.newBuilder().setName(name).setDataType(Attributes.number(value.type()));
        for (long dim : value.shape().toArray()) {
            proto.addDims(dim);
        }
        if (embed) {
            proto.setRawData(UnsafeByteOperations.unsafeWrap(value.read().bytes()));
        } else {
            external.put(name, value);
            proto.setDataLocation(TensorProto.DataLocation.EXTERNAL)
                    .addExternalData(StringStringEntryProto.newBuilder()
                            .setKey("location")
                            .setValue(name));
        }
        return proto.build();
    }

    /** The first input's leading extent is the batch, "N"; any other open extent gets a name of its own, as it may differ from N. */
    private static ValueInfoProto input(Port port, boolean first) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (int axis = 0; axis < port.shape().rank(); axis++) {
            long dim = port.shape().dim(axis);
            dims.addDim(
                    dim == Shape.UNKNOWN
                            ? TensorShapeProto.Dimension.newBuilder()
                                    .setDimParam(first && axis == 0 ? "N" : port.name() + "_" + axis)
                            : TensorShapeProto.Dimension.newBuilder().setDimValue(dim));
        }
        return info(port.name(), Attributes.number(port.type()), dims);
    }

    private ValueInfoProto value(GraphTensor tensor) {
        TensorShapeProto.Builder dims = TensorShapeProto.newBuilder();
        for (long dim : tensor.shape().toArray()) {
            TensorShapeProto.Dimension.Builder extent = TensorShapeProto.Dimension.newBuilder();
            dims.addDim(dim == Shape.UNKNOWN ? extent : extent.setDimValue(dim));
        }
        return info(graph.written(tensor.name()), Attributes.number(tensor.type()), dims);
    }

    /** @param type ONNX's number of the elements' */
    static ValueInfoProto info(String name, int type, TensorShapeProto.Builder dims) {
        TypeProto.Tensor.Builder tensor =
                TypeProto.Tensor.newBuilder().setElemType(type).setShape(dims);
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder().setTensorType(tensor))
                .build();
    }
}
