package io.captioner.onnx;

import io.captioner.nn.Algebra;
import io.captioner.nn.Checks;
import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The algebra that records: constants become initialisers, a loop becomes one Loop node. */
final class GraphAlgebra implements Algebra {
    private final GraphBuilder builder;
    private Scope current;

    GraphAlgebra(GraphBuilder builder, Scope root) {
        this.builder = builder;
        this.current = root;
    }

    @Override
    public boolean training() {
        return false;
    }

    @Override
    public Tensor constant(HostTensor value) {
        return builder.constant(value);
    }

    @Override
    public Tensor concat(int axis, List<Tensor> tensors) {
        Shape shape =
                FormShapes.concat(axis, tensors.stream().map(Tensor::shape).toList());
        Checks.types("concat", List.of(), tensors.toArray(Tensor[]::new));
        if (tensors.size() == 1) {
            return tensors.get(0);
        }
        return builder.record(
                "Concat",
                shape,
                tensors.get(0).type(),
                List.copyOf(own(tensors)),
                Attributes.of("axis", shape.axis(axis)));
    }

    @Override
    public Loop loop(Tensor trips, Tensor proceed, List<Tensor> state, LoopBody body) {
        Checks.loop(trips, proceed);
        List<GraphTensor> initial = own(state);
        // Extents are taken to stay as they are. Where a turn shows that they change, it is recorded again with them
        // unknown.
        List<Shape> shapes = initial.stream().map(GraphTensor::shape).toList();
        while (true) {
            Recording recording = record(initial, shapes, body);
            if (recording.shapes().equals(shapes)) {
                return finish(List.of(builder.owned(trips), builder.owned(proceed)), initial, recording);
            }
            recording.scope().close(List.of());
            shapes = recording.shapes();
        }
    }

    /** A loop of one turn or none, with everything in its body: what is switched off is not computed. */
    @Override
    public Tensor when(Tensor condition, Tensor value, UnaryOperator<Tensor> body) {
        return Algebra.super.when(condition, value, x -> builder.inside(current, () -> body.apply(x)));
    }

    /**
     * A recorded turn.
     *
     * @param shapes of the state as far as they hold before and after it
     */
    private record Recording(Scope scope, List<GraphTensor> inputs, Turn turn, List<Shape> shapes) {}

    private Recording record(List<GraphTensor> initial, List<Shape> shapes, LoopBody body) {
        Scope around = current;
        Scope scope = new Scope(around);
        List<GraphTensor> inputs = new ArrayList<>();
        inputs.add(builder.input(scope, builder.unique("iteration"), Shape.of(), DType.INT64));
        inputs.add(builder.input(scope, builder.unique("proceed"), Shape.of(), DType.BOOL));
        for (int i = 0; i < shapes.size(); i++) {
            DType type = initial.get(i).type();
            inputs.add(builder.input(scope, builder.unique("state_" + i), shapes.get(i), type));
        }
        List<Tensor> before = List.copyOf(inputs.subList(2, inputs.size()));
        Turn turn;
        current = scope;
        try {
            turn = body.turn(inputs.get(0), before);
        } finally {
            current = around;
        }
        Checks.turn(before, turn);
        List<Shape> merged = new ArrayList<>();
        for (int i = 0; i < shapes.size(); i++) {
            merged.add(common(shapes.get(i), turn.state().get(i).shape()));
        }
        return new Recording(scope, inputs, turn, List.copyOf(merged));
    }

    private Loop finish(List<GraphTensor> control, List<GraphTensor> initial, Recording recording) {
        Scope scope = recording.scope();
        Turn turn = recording.turn();
        List<GraphTensor> inputs = new ArrayList<>(recording.inputs().subList(0, 2));
        List<GraphTensor> operands = new ArrayList<>(control);
        List<Tensor> results = new ArrayList<>(List.of(turn.proceed()));
        List<Shape> shapes = new ArrayList<>();
        for (int i = 0; i < initial.size(); i++) {
            GraphTensor before = recording.inputs().get(2 + i);
            if (turn.state().get(i) == before) {
                // What no turn changes is no state: the body reads it from outside.
                builder.alias(before, initial.get(i));
            } else {
                inputs.add(before);
                operands.add(initial.get(i));
                results.add(turn.state().get(i));
                shapes.add(recording.shapes().get(i));
            }
        }
        int states = shapes.size();
        for (Tensor emitted : turn.emitted()) {
            results.add(emitted);
            shapes.add(FormShapes.expandDims(emitted.shape(), 0).with(0, Shape.UNKNOWN));
        }
        // What the body gives must be computed in the body, each value once.
        List<GraphTensor> outputs = new ArrayList<>();
        Set<String> given = new HashSet<>();
        for (GraphTensor result : own(results)) {
            boolean computed =
                    result.scope() == scope && !recording.inputs().contains(result) && given.add(result.name());
            outputs.add(computed ? result : builder.copy(scope, result));
        }
        scope.open(inputs);
        scope.close(outputs);
        List<DType> types = outputs.stream().skip(1).map(GraphTensor::type).toList();
        List<GraphTensor> all = builder.recordLoop(current, operands, scope, shapes, types);

        List<Tensor> state = new ArrayList<>();
        for (int i = 0, next = 0; i < initial.size(); i++) {
            boolean constant = turn.state().get(i) == recording.inputs().get(2 + i);
            state.add(constant ? initial.get(i) : all.get(next++));
        }
        return new Loop(state, List.copyOf(all.subList(states, all.size())));
    }

    private static Shape common(Shape before, Shape after) {
        Shape common = before;
        for (int axis = 0; axis < before.rank(); axis++) {
            if (before.dim(axis) != after.dim(axis)) {
                common = common.with(axis, Shape.UNKNOWN);
            }
        }
        return common;
    }

    private List<GraphTensor> own(List<Tensor> tensors) {
        return tensors.stream().map(builder::owned).toList();
    }
}
