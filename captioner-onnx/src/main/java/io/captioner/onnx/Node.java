package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One recorded operation. Inputs and outputs are value names, which are unique in the whole graph; an empty input is an optional one
 * left out.
 *
 * @param body the turn of a Loop, else null
 */
record Node(
        String operation,
        String name,
        List<String> inputs,
        List<String> outputs,
        List<AttributeProto> attributes,
        @Nullable Scope body) {
    Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = List.copyOf(attributes);
    }

    /** Of what is quick to hash: to hash an attribute loads all that protocol buffers know of themselves. */
    @Override
    public int hashCode() {
        return 31 * operation.hashCode() + inputs.hashCode();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Node node
                && operation.equals(node.operation)
                && name.equals(node.name)
                && inputs.equals(node.inputs)
                && outputs.equals(node.outputs)
                && attributes.equals(node.attributes)
                && Objects.equals(body, node.body);
    }
}
