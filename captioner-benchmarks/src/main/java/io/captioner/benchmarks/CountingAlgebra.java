package io.captioner.benchmarks;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Interprets a model by counting: tensors are shapes, and every product is noted. What depends on stored values alone is computed once, when
 * a model is loaded, and costs nothing; in training it changes with each step and counts, and so does the way back through each product.
 */
final class CountingAlgebra implements Algebra {
    private final boolean training;
    private final List<Operation> operations = new ArrayList<>();

    CountingAlgebra(boolean training) {
        this.training = training;
    }

    /** What has been noted so far, in order. */
    List<Operation> operations() {
        return List.copyOf(operations);
    }

    @Override
    public boolean training() {
        return training;
    }

    /** A value that comes from outside. */
    CountingTensor input(Shape shape, DType type) {
        return new CountingTensor(this, shape, type, false, false);
    }

    /** A learned value. */
    CountingTensor parameter(Shape shape) {
        return new CountingTensor(this, shape, DType.FLOAT32, true, true);
    }

    @Override
    public Tensor constant(HostTensor value) {
        return new CountingTensor(this, value.shape(), value.type(), true, false);
    }

    @Override
    public Tensor concat(int axis, List<Tensor> tensors) {
        Shape shape =
                FormShapes.concat(axis, tensors.stream().map(Tensor::shape).toList());
        return CountingTensor.of(shape, tensors.get(0).type(), tensors.toArray(Tensor[]::new));
    }

    /** @throws UnsupportedOperationException always: how often a body runs is not known from shapes; count its turns one by one */
    @Override
    public Loop loop(Tensor trips, Tensor proceed, List<Tensor> state, LoopBody body) {
        throw new UnsupportedOperationException("count the turns of a loop one by one");
    }

    /**
     * Notes a product of {@code left} and {@code right}, and in training the two products on the way back of which one gives the gradient of
     * each operand that has one.
     */
    void product(String name, double multiplications, CountingTensor left, CountingTensor right, Shape result) {
        if (left.stored() && right.stored() && !training) {
            return;
        }
        double stored = elements(left, true) + elements(right, true);
        double passing = elements(left, false) + elements(right, false) + result.size();
        operations.add(new Operation(name, multiplications, stored, passing));
        if (training && left.learned()) {
            operations.add(back(name, multiplications, left, right, result));
        }
        if (training && right.learned()) {
            operations.add(back(name, multiplications, right, left, result));
        }
    }

    /** dL/d operand, from dL/d result and the other operand. That of a stored value is summed over the whole step and written once, at its end. */
    private static Operation back(
            String name, double multiplications, CountingTensor operand, CountingTensor other, Shape result) {
        double passing = elements(operand, false) + elements(other, false) + result.size();
        return new Operation(name + " back", multiplications, elements(other, true), passing);
    }

    private static double elements(CountingTensor tensor, boolean stored) {
        return tensor.stored() == stored ? tensor.shape().size() : 0;
    }
}
