package io.captioner.nn;

import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An interpreter of the tensor algebra: makes constants, joins tensors, and runs (or records) loops. A backend implements this
 * and {@link Tensor}, and every model runs on it.
 */
public interface Algebra {
    /** Whether gradients are wanted: dropout drops, batch norm uses batch statistics where they are not frozen. */
    boolean training();

    /** A constant of the computation. */
    Tensor constant(HostTensor value);

    /** FLOAT32 (). */
    default Tensor scalar(float value) {
        return constant(HostTensor.scalar(value));
    }

    /** INT64 (). */
    default Tensor scalar(long value) {
        return constant(HostTensor.scalar(value));
    }

    /** 0, 1, ..., n - 1 as INT64 (n). */
    default Tensor range(int n) {
        long[] values = new long[n];
        for (int i = 0; i < n; i++) {
            values[i] = i;
        }
        return constant(HostTensor.ofLongs(Shape.of(n), values));
    }

    /** Joins tensors of one type along an existing axis; all other extents are equal. At least one tensor. */
    Tensor concat(int axis, List<Tensor> tensors);

    /** Joins tensors of one shape along a new axis. */
    default Tensor stack(int axis, List<Tensor> tensors) {
        int at = axis < 0 ? axis + tensors.get(0).shape().rank() + 1 : axis;
        return concat(at, tensors.stream().map(tensor -> tensor.expandDims(at)).toList());
    }

    /**
     * Turns {@code body} at most {@code trips} times, as long as {@code proceed} (then what the last turn said) holds. An eager backend
     * runs a Java loop, ONNX records one {@code Loop} node: {@code body} is called once to record it, so it must not depend on Java state
     * that changes between turns.
     *
     * @param trips INT64 scalar
     * @param proceed BOOL scalar: whether to make the first turn
     * @param state what a turn reads and replaces; types and ranks stay, extents may change from turn to turn
     * @param body one turn
     */
    Loop loop(Tensor trips, Tensor proceed, List<Tensor> state, LoopBody body);

    /**
     * What {@code body} makes of {@code value} where {@code condition} holds, else {@code value}: what is switched off costs nothing. An eager
     * backend may call {@code body} or not.
     *
     * @param condition BOOL scalar
     * @param body keeps type and rank
     */
    default Tensor when(Tensor condition, Tensor value, UnaryOperator<Tensor> body) {
        Tensor no = constant(HostTensor.ofBooleans(Shape.of(), false));
        return loop(
                        scalar(1L),
                        condition,
                        List.of(value),
                        (turn, state) -> new Turn(no, List.of(body.apply(state.get(0))), List.of()))
                .state()
                .get(0);
    }

    /** One turn of a loop. It may read tensors from outside. */
    @FunctionalInterface
    interface LoopBody {
        /**
         * @param iteration number of this turn from 0, INT64 scalar
         * @param state the state before this turn
         */
        Turn turn(Tensor iteration, List<Tensor> state);
    }

    /**
     * What a turn leaves behind.
     *
     * @param proceed BOOL scalar: whether to turn again
     * @param state the state after this turn, as many as before
     * @param emitted what is kept of this turn; equal extents in every turn
     */
    record Turn(Tensor proceed, List<Tensor> state, List<Tensor> emitted) {
        public Turn {
            state = List.copyOf(state);
            emitted = List.copyOf(emitted);
        }
    }

    /**
     * What a loop leaves behind.
     *
     * @param state the state after the last turn
     * @param emitted each thing that turns emitted, stacked along a new first axis of as many turns as were made; after no turn at all
     *     that extent is 0 and the others are unspecified
     */
    record Loop(List<Tensor> state, List<Tensor> emitted) {
        public Loop {
            state = List.copyOf(state);
            emitted = List.copyOf(emitted);
        }
    }
}
