package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What of a graph nothing reads. */
final class Unread {
    private Unread() {}

    /** Takes out nodes of the graph itself and stored values that nothing reads any more. */
    static void remove(GraphProto.Builder graph) {
        boolean removed = true;
        while (removed) {
            Set<String> read = new HashSet<>();
            graph.getOutputList().forEach(output -> read.add(output.getName()));
            for (NodeProto node : graph.getNodeList()) {
                read.addAll(node.getInputList());
                node.getAttributeList().forEach(attribute -> readInside(attribute, read));
            }
            List<NodeProto> nodes = new ArrayList<>(graph.getNodeList());
            removed = nodes.removeIf(node -> node.getOutputList().stream().noneMatch(read::contains));
            List<TensorProto> values = new ArrayList<>(graph.getInitializerList());
            values.removeIf(value -> !read.contains(value.getName()));
            graph.clearNode().addAllNode(nodes).clearInitializer().addAllInitializer(values);
        }
    }

    /** All names that nodes of nested graphs read. */
    static void readInside(AttributeProto attribute, Set<String> names) {
        if (!attribute.hasG()) {
            return;
        }
        for (NodeProto node : attribute.getG().getNodeList()) {
            names.addAll(node.getInputList());
            node.getAttributeList().forEach(inner -> readInside(inner, names));
        }
        attribute.getG().getOutputList().forEach(output -> names.add(output.getName()));
    }
}
