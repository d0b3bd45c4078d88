package io.captioner.onnx;

import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A program as the nodes that compute it. What no output needs is left out. */
final class TracedGraph {
    private final GraphBuilder builder;
    private final List<Port> inputs;
    private final List<GraphTensor> outputs;
    private final Map<String, String> names;
    private final Set<String> needed = new HashSet<>();

    private TracedGraph(GraphBuilder builder, List<Port> inputs, List<GraphTensor> outputs) {
        this.builder = builder;
        this.inputs = inputs;
        this.outputs = outputs;
        this.names = builder.aliases();
        outputs.forEach(output -> needed.add(output.name()));
        mark(builder.root());
    }

    /** Runs the program once over the recording algebra. */
    static TracedGraph trace(Program program, WeightSource weights) {
        List<Port> ports = program.inputs();
        List<String> reserved = new ArrayList<>(program.outputs());
        ports.forEach(port -> reserved.add(port.name()));
        if (new HashSet<>(reserved).size() < reserved.size()) {
            throw new IllegalArgumentException("inputs and outputs need names of their own: " + reserved);
        }
        GraphBuilder builder = new GraphBuilder(reserved);
        List<GraphTensor> inputs = ports.stream()
                .map(port -> builder.input(builder.root(), port.name(), port.shape(), port.type()))
                .toList();
        List<Tensor> results =
                program.bind(new GraphParameters(builder, weights)).run(List.copyOf(inputs));
        if (results.size() != program.outputs().size()) {
            throw new IllegalStateException(
                    "the program gave " + results.size() + " tensors for its outputs " + program.outputs());
        }
        List<GraphTensor> outputs = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            outputs.add(named(builder, inputs, outputs, builder.owned(results.get(i))));
            builder.aliases().put(outputs.get(i).name(), program.outputs().get(i));
        }
        return new TracedGraph(builder, ports, outputs);
    }

    /** The value itself where a node computes it for this output alone, so that it can take the output's name; else a copy. */
    private static GraphTensor named(
            GraphBuilder builder, List<GraphTensor> inputs, List<GraphTensor> outputs, GraphTensor value) {
        boolean own = value.scope() == builder.root()
                && !inputs.contains(value)
                && !outputs.contains(value)
                && !builder.initializers().containsKey(value.name());
        return own ? value : builder.copy(builder.root(), value);
    }

    private void mark(Scope scope) {
        for (int i = scope.nodes().size() - 1; i >= 0; i--) {
            Node node = scope.nodes().get(i);
            if (node.outputs().stream().noneMatch(needed::contains)) {
                continue;
            }
            node.inputs().forEach(this::need);
            if (node.body() != null) {
                node.body().outputs().forEach(output -> need(output.name()));
                mark(node.body());
            }
        }
    }

    private void need(String name) {
        for (String alias = name; alias != null; alias = names.get(alias)) {
            needed.add(alias);
        }
    }

    List<Port> inputs() {
        return inputs;
    }

    List<GraphTensor> outputs() {
        return outputs;
    }

    Scope root() {
        return builder.root();
    }

    boolean isNeeded(Node node) {
        return node.outputs().stream().anyMatch(needed::contains);
    }

    /** The stored values that are needed, in the order of their first use. */
    Map<String, StoredValue> initializers() {
        Map<String, StoredValue> all = new LinkedHashMap<>(builder.initializers());
        all.keySet().retainAll(needed);
        return all;
    }

    /** The name under which a recorded value is written. */
    String written(String name) {
        String written = name;
        while (names.containsKey(written)) {
            written = names.get(written);
        }
        return written;
    }
}
