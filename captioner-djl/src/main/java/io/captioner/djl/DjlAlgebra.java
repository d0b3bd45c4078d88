package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.BackendException;
import io.captioner.nn.Algebra;
import io.captioner.nn.Checks;
import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Computes each operation where it is written. One for each executable or session; each thread that runs it has a {@link Run} of its own. */
final class DjlAlgebra implements Algebra {
    /** Owner of the parameters. */
    final PtNDManager root;

    final ThreadLocal<@Nullable Run> current = new ThreadLocal<>();

    private @Nullable Kernels kernels;
    private boolean half;
    private final Set<PtNDArray> moving = Collections.newSetFromMap(new IdentityHashMap<>());

    DjlAlgebra(PtNDManager root) {
        this.root = root;
    }

    /** From now on products in training take their operands in bfloat16. */
    void computeInHalf() {
        half = true;
    }

    boolean half() {
        return half;
    }

    /** Loaded when they are first wanted. */
    synchronized Kernels kernels() {
        if (kernels == null) {
            kernels = Kernels.load(root);
        }
        return kernels;
    }

    /** Running statistics that training updates; all others are frozen. */
    void moves(PtNDArray statistics) {
        moving.add(statistics);
    }

    boolean moves(DjlTensor statistics) {
        return moving.contains(statistics.array());
    }

    /** The pass that this thread makes. */
    Run run() {
        Run run = current.get();
        if (run == null) {
            throw new BackendException("a tensor was used outside the run that made it, or on another thread");
        }
        return run;
    }

    @Override
    public boolean training() {
        return run().training();
    }

    @Override
    public DjlTensor constant(HostTensor value) {
        Run run = run();
        // A view's buffer is only lent, and forgotten with its owner. What is made while binding lives longer, and so
        // does what is made in a turn of a loop, of which a reshaped form may be the state.
        boolean lent = run.manager() != root && run.scope() == run.manager();
        PtNDArray array = lent ? Transfer.view(run.scope(), value) : Transfer.copy(run.scope(), value);
        return run.own(array, value.type(), value.shape(), null);
    }

    @Override
    public DjlTensor scalar(float value) {
        return run().scalar((Float) value);
    }

    @Override
    public DjlTensor scalar(long value) {
        if (Math.abs(value) > 1L << 52) {
            return constant(HostTensor.scalar(value));
        }
        return run().scalar((Long) value);
    }

    @Override
    public Tensor concat(int axis, List<Tensor> tensors) {
        Shape shape =
                FormShapes.concat(axis, tensors.stream().map(Tensor::shape).toList());
        DType type = tensors.get(0).type();
        PtNDArray[] arrays = new PtNDArray[tensors.size()];
        Origin origin = null;
        for (int i = 0; i < arrays.length; i++) {
            if (tensors.get(i).type() != type) {
                throw new ShapeException(
                        "concat of " + type + " and " + tensors.get(i).type() + ": expected one type");
            }
            arrays[i] = DjlTensor.of(tensors.get(i)).array();
            origin = Origin.join(origin, DjlTensor.of(tensors.get(i)).origin());
        }
        return run().own(JniUtils.cat(arrays, Shapes.axis("concat", shape, axis)), type, shape, origin);
    }

    @Override
    public Loop loop(Tensor trips, Tensor proceed, List<Tensor> state, LoopBody body) {
        long limit = DjlTensor.of(trips).readLong("trips");
        boolean again = DjlTensor.of(proceed).readBool("proceed");
        Run run = run();
        PtNDManager outside = run.scope();
        PtNDManager owner = outside; // of the state
        List<Tensor> now = List.copyOf(state);
        List<List<Tensor>> emitted = new ArrayList<>();
        for (long i = 0; i < limit && again; i++) {
            PtNDManager turnOwner = (PtNDManager) outside.newSubManager();
            PtNDManager nextOwner = (PtNDManager) outside.newSubManager();
            Turn turn = turn(run, turnOwner, i, now, body);
            again = DjlTensor.of(turn.proceed()).readBool("proceed");
            // What a turn leaves behind outlives it: the state one turn, what it emits the whole loop.
            for (Tensor tensor : turn.state()) {
                DjlTensor.of(tensor).move(nextOwner, turnOwner, owner);
            }
            for (Tensor tensor : turn.emitted()) {
                DjlTensor.of(tensor).move(outside, turnOwner, owner, nextOwner);
            }
            now = turn.state();
            emitted.add(turn.emitted());
            turnOwner.close();
            if (owner != outside) {
                owner.close();
            }
            owner = nextOwner;
        }
        if (emitted.isEmpty()) {
            return new Loop(now, emittedByNone(run, now, body));
        }
        for (Tensor tensor : now) {
            DjlTensor.of(tensor).move(outside, owner);
        }
        owner.close();
        return new Loop(now, stackTurns(emitted));
    }

    @Override
    public Tensor when(Tensor condition, Tensor value, UnaryOperator<Tensor> body) {
        Checks.loop(scalar(1L), condition);
        if (!DjlTensor.of(condition).readBool("condition")) {
            return value;
        }
        Tensor result = body.apply(value);
        check(List.of(value), new Turn(condition, List.of(result), List.of()));
        return result;
    }

    private Turn turn(Run run, PtNDManager owner, long iteration, List<Tensor> state, LoopBody body) {
        PtNDManager outside = run.enter(owner);
        try {
            Turn turn = body.turn(scalar(iteration), state);
            check(state, turn);
            return turn;
        } finally {
            run.enter(outside);
        }
    }

    /** Nothing, in the form of what a turn would have emitted: only a turn can tell. */
    private List<Tensor> emittedByNone(Run run, List<Tensor> state, LoopBody body) {
        try (PtNDManager owner = (PtNDManager) run.scope().newSubManager()) {
            List<Tensor> none = new ArrayList<>();
            for (Tensor tensor : turn(run, owner, 0, state, body).emitted()) {
                long[] dims = new long[tensor.shape().rank() + 1];
                System.arraycopy(tensor.shape().toArray(), 0, dims, 1, dims.length - 1);
                none.add(constant(HostTensor.allocate(tensor.type(), Shape.of(dims))));
            }
            return none;
        }
    }

    private List<Tensor> stackTurns(List<List<Tensor>> emitted) {
        List<Tensor> stacked = new ArrayList<>();
        int outputs = emitted.isEmpty() ? 0 : emitted.get(0).size();
        for (int i = 0; i < outputs; i++) {
            int output = i;
            stacked.add(stack(0, emitted.stream().map(turn -> turn.get(output)).toList()));
        }
        return stacked;
    }

    private static void check(List<Tensor> before, Turn turn) {
        List<Tensor> after = turn.state();
        if (after.size() != before.size()) {
            throw new ShapeException(
                    "a turn of a loop returned " + after.size() + " tensors of state: expected " + before.size());
        }
        for (int i = 0; i < after.size(); i++) {
            Tensor was = before.get(i);
            Tensor is = after.get(i);
            if (was.type() != is.type() || was.shape().rank() != is.shape().rank()) {
                throw new ShapeException("a turn of a loop made " + is.type() + " " + is.shape() + " of state " + i
                        + ", which was " + was.type() + " " + was.shape() + ": expected the same type and rank");
            }
        }
    }
}
