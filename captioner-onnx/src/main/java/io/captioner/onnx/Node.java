package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.List;
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
}
