package io.captioner.onnx;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Nodes in the order of recording: those of the graph itself, or those of the body of one of its loops. */
final class Scope {
    private final @Nullable Scope parent;
    private final int depth;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Node, List<GraphTensor>> recorded = new HashMap<>();
    private List<GraphTensor> inputs = List.of();
    private List<GraphTensor> outputs = List.of();
    private boolean closed;

    Scope(@Nullable Scope parent) {
        this.parent = parent;
        this.depth = parent == null ? 0 : parent.depth + 1;
    }

    /** Whether values of {@code other} can be read here: it is this, or a scope around it. */
    boolean sees(Scope other) {
        Scope at = this;
        while (at != null && at.depth > other.depth) {
            at = at.parent;
        }
        return at == other;
    }

    /** The inner one of two scopes of which one lies within the other. */
    Scope inner(Scope other) {
        Scope inner = depth >= other.depth ? this : other;
        if (!inner.sees(inner == this ? other : this)) {
            throw new IllegalStateException("tensors of two different loops do not meet");
        }
        return inner;
    }

    void add(Node node) {
        if (closed) {
            throw new IllegalStateException(
                    node.operation() + " uses a tensor that was made inside a loop's body after the loop;"
                            + " leave it as state or emit it");
        }
        nodes.add(node);
    }

    /** What a node without names recorded before, so that the same operation on the same operands is computed once. */
    Map<Node, List<GraphTensor>> recorded() {
        return recorded;
    }

    /** What the body reads from the Loop node, or the graph from its caller. */
    void open(List<GraphTensor> inputs) {
        this.inputs = List.copyOf(inputs);
    }

    void close(List<GraphTensor> outputs) {
        this.outputs = List.copyOf(outputs);
        closed = true;
    }

    List<Node> nodes() {
        return nodes;
    }

    List<GraphTensor> inputs() {
        return inputs;
    }

    List<GraphTensor> outputs() {
        return outputs;
    }
}
