package io.captioner.benchmarks;

import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A shape whose products and convolutions are noted; everything else is taken to be done on the way, for nothing. */
final class CountingTensor extends ShapeTensor {
    private final CountingAlgebra algebra;
    private final Shape shape;
    private final DType type;
    private final boolean stored;
    private final boolean learned;

    /**
     * @param stored whether it depends on stored values alone
     * @param learned whether it depends on a parameter, so that in training a gradient goes back through it
     */
    CountingTensor(CountingAlgebra algebra, Shape shape, DType type, boolean stored, boolean learned) {
        this.algebra = algebra;
        this.shape = shape;
        this.type = type;
        this.stored = stored;
        this.learned = learned;
    }

    static CountingTensor of(Shape shape, DType type, Tensor... operands) {
        List<CountingTensor> all =
                Arrays.stream(operands).map(CountingTensor.class::cast).toList();
        return new CountingTensor(
                all.get(0).algebra,
                shape,
                type,
                all.stream().allMatch(CountingTensor::stored),
                all.stream().anyMatch(CountingTensor::learned));
    }

    @Override
    public CountingAlgebra algebra() {
        return algebra;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType type() {
        return type;
    }

    boolean stored() {
        return stored;
    }

    boolean learned() {
        return learned;
    }

    @Override
    Tensor made(Shape result, DType resultType, Tensor... operands) {
        return of(result, resultType, operands);
    }

    @Override
    public Tensor matmul(Tensor other) {
        Shape result = LayerShapes.matmul(shape, other.shape());
        algebra.product("matmul", (double) result.size() * dim(-1), this, (CountingTensor) other, result);
        return of(result, type, this, other);
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        Shape result = LayerShapes.linear(shape, weight.shape(), bias == null ? null : bias.shape());
        algebra.product("linear", (double) result.size() * dim(-1), this, (CountingTensor) weight, result);
        return of(result, type, this, weight);
    }

    @Override
    public Tensor conv2d(Tensor weight, @Nullable Tensor bias, Convolution convolution) {
        Shape result = LayerShapes.conv2d(shape, weight.shape(), bias == null ? null : bias.shape(), convolution);
        boolean depthwise = weight.dim(1) == 1 && convolution.groups() > 1;
        double each = (double) weight.dim(1) * weight.dim(2) * weight.dim(3);
        algebra.product(
                depthwise ? "depthwise" : "conv2d",
                depthwise ? 0 : result.size() * each,
                this,
                (CountingTensor) weight,
                result);
        return of(result, type, this, weight);
    }

    @Override
    public Tensor detached() {
        return new CountingTensor(algebra, shape, type, stored, false);
    }
}
