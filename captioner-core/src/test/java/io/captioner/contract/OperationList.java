package io.captioner.contract;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/** Gathers cases of operations, on operands drawn at random: the same ones each time. */
abstract class OperationList {
    private final Random random = new Random(17);
    private final List<OperationCase> cases = new ArrayList<>();

    final List<OperationCase> cases() {
        return List.copyOf(cases);
    }

    final Random random() {
        return random;
    }

    final void one(String name, Function<List<Tensor>, Tensor> formula, HostTensor... operands) {
        add(name, x -> List.of(formula.apply(x)), false, operands);
    }

    final void many(String name, Function<List<Tensor>, List<Tensor>> formula, HostTensor... operands) {
        add(name, formula, false, operands);
    }

    final void smooth(String name, Function<List<Tensor>, Tensor> formula, HostTensor... operands) {
        add(name, x -> List.of(formula.apply(x)), true, operands);
    }

    final void smoothMany(String name, Function<List<Tensor>, List<Tensor>> formula, HostTensor... operands) {
        add(name, formula, true, operands);
    }

    private void add(
            String name, Function<List<Tensor>, List<Tensor>> formula, boolean differentiable, HostTensor... operands) {
        String shapes = String.join(
                ", ",
                Arrays.stream(operands)
                        .map(operand -> operand.shape().toString())
                        .toList());
        cases.add(new OperationCase(name + " of " + shapes, formula, List.of(operands), differentiable));
    }

    final HostTensor floats(long... shape) {
        float[] values = new float[(int) Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return HostTensor.ofFloats(Shape.of(shape), values);
    }

    final HostTensor positive(long... shape) {
        float[] values = new float[(int) Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = 0.5f + random.nextFloat();
        }
        return HostTensor.ofFloats(Shape.of(shape), values);
    }

    final HostTensor longs(long... shape) {
        long[] values = new long[(int) Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(20) - 10;
        }
        return HostTensor.ofLongs(Shape.of(shape), values);
    }
}
