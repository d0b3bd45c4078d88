package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.List;

/** A graph that gives values from within it instead of what it was made for. */
final class ObservedGraph {
    private ObservedGraph() {}

    /** The graph with these of its own values as its outputs. */
    static ModelProto giving(ModelProto model, List<String> values) {
        GraphProto.Builder graph = model.getGraph().toBuilder().clearOutput();
        values.forEach(value -> graph.addOutput(ValueInfoProto.newBuilder().setName(value)));
        return model.toBuilder().setGraph(graph).build();
    }

    /**
     * The graph whose loop gives these values of its body as well, those of all turns stacked on a new first axis.
     *
     * @param loop an output of the Loop node
     * @param values FLOAT32, of one shape in all turns
     */
    static ModelProto withTurns(ModelProto model, String loop, List<String> values) {
        GraphProto.Builder graph = model.getGraph().toBuilder();
        for (NodeProto.Builder node : graph.getNodeBuilderList()) {
            if (node.getOutputList().contains(loop)) {
                for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
                    if (attribute.hasG()) {
                        values.forEach(value -> give(value, attribute.getGBuilder()));
                    }
                }
                values.forEach(value -> node.addOutput(turns(value)));
            }
        }
        return model.toBuilder().setGraph(graph).build();
    }

    /** The name of a body's value of all turns. */
    static String turns(String value) {
        return value + ":turns";
    }

    /** Through an Identity, as the value may be one that the body was given. */
    private static void give(String value, GraphProto.Builder body) {
        String given = value + ":given";
        body.addNode(NodeProto.newBuilder()
                .setOpType("Identity")
                .setName(given)
                .addInput(value)
                .addOutput(given));
        TypeProto.Tensor.Builder type =
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber());
        body.addOutput(ValueInfoProto.newBuilder()
                .setName(given)
                .setType(TypeProto.newBuilder().setTensorType(type)));
    }
}
