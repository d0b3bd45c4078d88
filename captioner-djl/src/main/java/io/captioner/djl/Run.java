package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.nn.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One pass through a computation by one thread: what it makes is freed when this closes. While it is open, libtorch records gradients on this
 * thread or not, as asked.
 */
final class Run implements AutoCloseable {
    private final DjlAlgebra algebra;
    private final @Nullable Run outer;
    private final boolean gradientsBefore;
    private final Map<Number, DjlTensor> scalars = new HashMap<>();
    private final PtNDManager manager;
    private final boolean training;
    private final @Nullable Dropout dropout;
    private final @Nullable Tape tape;
    private PtNDManager scope;

    private Run(DjlAlgebra algebra, PtNDManager manager, @Nullable Dropout dropout, boolean training) {
        ProcessEnd.get().enter();
        this.algebra = algebra;
        this.manager = manager;
        this.scope = manager;
        this.training = training;
        this.dropout = dropout;
        this.tape = training ? new Tape(manager, algebra.kernels(), algebra.half()) : null;
        this.outer = algebra.current.get();
        this.gradientsBefore = JniUtils.isGradMode();
        JniUtils.setGradMode(training);
        algebra.current.set(this);
    }

    /** A pass whose results are freed at its end. */
    static Run inference(DjlAlgebra algebra) {
        return new Run(algebra, (PtNDManager) algebra.root.newSubManager(), null, false);
    }

    /** A pass that records gradients; without {@code dropout} it only looks: nothing is dropped and no running statistics move. */
    static Run training(DjlAlgebra algebra, @Nullable Dropout dropout) {
        return new Run(algebra, (PtNDManager) algebra.root.newSubManager(), dropout, true);
    }

    /** A pass whose results live as long as the executable: what a program computes from parameters alone. */
    static Run binding(DjlAlgebra algebra) {
        return new Run(algebra, algebra.root, null, false);
    }

    /** Owner of what lives to the end of this pass. */
    PtNDManager manager() {
        return manager;
    }

    /** Owner of what is made now: this pass, or the turn of a loop. */
    PtNDManager scope() {
        return scope;
    }

    /** @return the owner before */
    PtNDManager enter(PtNDManager inner) {
        PtNDManager before = scope;
        scope = inner;
        return before;
    }

    boolean training() {
        return training;
    }

    /** What batch normalisation may write to in place of these running statistics. */
    PtNDArray statistics(PtNDArray running) {
        if (dropout != null) {
            return running;
        }
        PtNDArray copy = JniUtils.clone(running);
        copy.attach(manager);
        return copy;
    }

    @Nullable
    Dropout dropout() {
        return dropout;
    }

    @Nullable
    Tape tape() {
        return tape;
    }

    /** Of a leaf of this pass; none of another array. */
    @Nullable
    Origin origin(PtNDArray array) {
        return tape == null ? null : tape.origin(array);
    }

    /** Of a pass that records gradients. */
    Tape requireTape() {
        return Objects.requireNonNull(tape, "this pass records no gradients");
    }

    /** Takes a result over: libtorch's arrays go to the owner of their first operand, which may be a parameter that outlives this pass. */
    DjlTensor own(PtNDArray array, DType type, Shape shape, @Nullable Origin origin) {
        if (array.getManager() != scope) {
            array.attach(scope);
        }
        return new DjlTensor(algebra, array, type, shape, origin);
    }

    /** A FLOAT32 or INT64 scalar, made once a pass. */
    DjlTensor scalar(Number value) {
        return scalars.computeIfAbsent(value, key -> {
            DType type = key instanceof Float ? DType.FLOAT32 : DType.INT64;
            return new DjlTensor(algebra, Transfer.scalar(manager, key.doubleValue(), type), type, Shape.of());
        });
    }

    @Override
    public void close() {
        if (outer == null) {
            algebra.current.remove();
        } else {
            algebra.current.set(outer);
        }
        try {
            JniUtils.setGradMode(gradientsBefore);
            if (manager != algebra.root) {
                manager.close();
            }
        } finally {
            ProcessEnd.get().leave();
        }
    }
}
