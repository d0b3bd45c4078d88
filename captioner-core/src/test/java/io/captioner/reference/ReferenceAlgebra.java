package io.captioner.reference;

import io.captioner.nn.Algebra;
import io.captioner.nn.Checks;
import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Computes at once, in plain Java. Has no state, so that one may serve several threads. */
public final class ReferenceAlgebra implements Algebra {
    private final boolean training;
    private final boolean exact;

    /**
     * @param training whether batch norm uses batch statistics where they are not frozen; dropout never drops here
     * @param exact whether results stay double, as finite differences need it, instead of being rounded to float
     */
    public ReferenceAlgebra(boolean training, boolean exact) {
        this.training = training;
        this.exact = exact;
    }

    /** For inference, rounding to float. */
    public ReferenceAlgebra() {
        this(false, false);
    }

    @Override
    public boolean training() {
        return training;
    }

    boolean exact() {
        return exact;
    }

    @Override
    public Tensor constant(HostTensor value) {
        return ReferenceTensor.of(this, value);
    }

    /** A FLOAT32 tensor of these elements, not rounded if this is exact. */
    public Tensor constant(Shape shape, double... values) {
        return new ReferenceTensor(this, DType.FLOAT32, shape, values.clone());
    }

    @Override
    public Tensor concat(int axis, List<Tensor> tensors) {
        Shape result =
                FormShapes.concat(axis, tensors.stream().map(Tensor::shape).toList());
        DType type = Checks.types("concat", List.of(), tensors.toArray(Tensor[]::new));
        int along = result.axis(axis);
        int outer = 1;
        for (int i = 0; i < along; i++) {
            outer *= (int) result.dim(i);
        }
        double[] data = new double[(int) result.size()];
        int to = 0;
        for (int block = 0; block < outer; block++) {
            for (Tensor tensor : tensors) {
                double[] from = ReferenceTensor.of(tensor).data();
                int length = from.length / outer;
                System.arraycopy(from, block * length, data, to, length);
                to += length;
            }
        }
        return new ReferenceTensor(this, type, result, data);
    }

    @Override
    public Loop loop(Tensor trips, Tensor proceed, List<Tensor> state, LoopBody body) {
        Checks.loop(trips, proceed);
        double count = ReferenceTensor.of(trips).data()[0];
        boolean go = ReferenceTensor.of(proceed).data()[0] != 0;
        List<Tensor> now = List.copyOf(state);
        List<List<Tensor>> emitted = new ArrayList<>();
        if (count < 1 || !go) {
            return notOneTurn(now, body);
        }
        for (long i = 0; i < count && go; i++) {
            Turn turn = body.turn(scalar(i), now);
            Checks.turn(now, turn);
            for (int e = 0; e < turn.emitted().size(); e++) {
                if (i == 0) {
                    emitted.add(new ArrayList<>());
                }
                emitted.get(e).add(turn.emitted().get(e));
            }
            now = turn.state();
            go = ReferenceTensor.of(turn.proceed()).data()[0] != 0;
        }
        return new Loop(now, emitted.stream().map(turns -> stack(0, turns)).toList());
    }

    @Override
    public Tensor when(Tensor condition, Tensor value, UnaryOperator<Tensor> body) {
        Checks.loop(scalar(1L), condition);
        return ReferenceTensor.of(condition).data()[0] != 0 ? body.apply(value) : value;
    }

    /** The state as it is, and nothing of each thing that a turn would have emitted: a turn on the side tells types and shapes. */
    private Loop notOneTurn(List<Tensor> state, LoopBody body) {
        List<Tensor> none = new ArrayList<>();
        for (Tensor thing : body.turn(scalar(0), state).emitted()) {
            none.add(stack(0, List.of(thing)).slice(0, 0, 0));
        }
        return new Loop(state, none);
    }
}
