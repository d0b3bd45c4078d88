package io.captioner.benchmarks;

import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.Shape;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A shape. Products and convolutions are noted; everything else is taken to be done on the way, for nothing.
 *
 * @param stored whether it depends on stored values alone
 * @param learned whether it depends on a parameter, so that in training a gradient goes back through it
 */
record CountingTensor(CountingAlgebra algebra, Shape shape, DType type, boolean stored, boolean learned)
        implements Tensor {

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

    private Tensor like(Shape result) {
        return of(result, type, this);
    }

    private Tensor with(String operation, DType result, Tensor... others) {
        Tensor[] all = new Tensor[others.length + 1];
        all[0] = this;
        System.arraycopy(others, 0, all, 1, others.length);
        Shape[] shapes = Arrays.stream(all).map(Tensor::shape).toArray(Shape[]::new);
        return of(Shapes.broadcast(operation, shapes), result, all);
    }

    // products
    // ---------------------------------------------------------------------------------------------------------

    @Override
    public Tensor matmul(Tensor other) {
        Shape result = Shapes.matmul(shape, other.shape());
        algebra.product("matmul", (double) result.size() * dim(-1), this, (CountingTensor) other, result);
        return of(result, type, this, other);
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        Shape result = Shapes.linear(shape, weight.shape(), bias == null ? null : bias.shape());
        algebra.product("linear", (double) result.size() * dim(-1), this, (CountingTensor) weight, result);
        return of(result, type, this, weight);
    }

    @Override
    public Tensor conv2d(Tensor weight, @Nullable Tensor bias, Convolution convolution) {
        Shape result = Shapes.conv2d(shape, weight.shape(), bias == null ? null : bias.shape(), convolution);
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

    // element-wise
    // -----------------------------------------------------------------------------------------------------

    @Override
    public Tensor plus(Tensor other) {
        return with("plus", type, other);
    }

    @Override
    public Tensor minus(Tensor other) {
        return with("minus", type, other);
    }

    @Override
    public Tensor times(Tensor other) {
        return with("times", type, other);
    }

    @Override
    public Tensor dividedBy(Tensor other) {
        return with("dividedBy", type, other);
    }

    @Override
    public Tensor floorDividedBy(long divisor) {
        return this;
    }

    @Override
    public Tensor exp() {
        return this;
    }

    @Override
    public Tensor log() {
        return this;
    }

    @Override
    public Tensor sqrt() {
        return this;
    }

    @Override
    public Tensor tanh() {
        return this;
    }

    @Override
    public Tensor sigmoid() {
        return this;
    }

    @Override
    public Tensor relu() {
        return this;
    }

    @Override
    public Tensor clamp(float min, float max) {
        return this;
    }

    @Override
    public Tensor erf() {
        return this;
    }

    @Override
    public Tensor dropout(float p) {
        return this;
    }

    @Override
    public Tensor noise() {
        return this;
    }

    @Override
    public Tensor detached() {
        return new CountingTensor(algebra, shape, type, stored, false);
    }

    @Override
    public Tensor to(DType wanted) {
        return of(shape, wanted, this);
    }

    // comparison and choice
    // --------------------------------------------------------------------------------------------

    @Override
    public Tensor equalTo(Tensor other) {
        return with("equalTo", DType.BOOL, other);
    }

    @Override
    public Tensor lessThan(Tensor other) {
        return with("lessThan", DType.BOOL, other);
    }

    @Override
    public Tensor and(Tensor other) {
        return with("and", DType.BOOL, other);
    }

    @Override
    public Tensor or(Tensor other) {
        return with("or", DType.BOOL, other);
    }

    @Override
    public Tensor not() {
        return this;
    }

    @Override
    public Tensor choose(Tensor ifTrue, Tensor ifFalse) {
        return with("choose", ifTrue.type(), ifTrue, ifFalse);
    }

    @Override
    public Tensor any() {
        return like(Shape.of());
    }

    // reduction
    // --------------------------------------------------------------------------------------------------------

    @Override
    public Tensor sum(boolean keepAxes, int... axes) {
        return like(Shapes.reduce("sum", shape, keepAxes, axes));
    }

    @Override
    public Tensor mean(boolean keepAxes, int... axes) {
        return like(Shapes.reduce("mean", shape, keepAxes, axes));
    }

    @Override
    public Tensor max(boolean keepAxis, int axis) {
        return like(Shapes.max(shape, keepAxis, axis));
    }

    @Override
    public Tensor softmax(int axis) {
        return this;
    }

    @Override
    public Tensor logSoftmax(int axis) {
        return this;
    }

    @Override
    public TopK topK(Tensor k) {
        Tensor values = like(Shapes.topK(shape, k.shape(), Shape.UNKNOWN));
        return new TopK(values, values.to(DType.INT64));
    }

    // form
    // -------------------------------------------------------------------------------------------------------------

    @Override
    public Tensor reshape(long... dims) {
        return like(Shapes.reshape(shape, dims));
    }

    @Override
    public Tensor transpose(int... axes) {
        return like(Shapes.transpose(shape, axes));
    }

    @Override
    public Tensor expandDims(int axis) {
        return like(Shapes.expandDims(shape, axis));
    }

    @Override
    public Tensor squeeze(int axis) {
        return like(Shapes.squeeze(shape, axis));
    }

    @Override
    public Tensor slice(int axis, long from, long to) {
        return like(Shapes.slice(shape, axis, from, to));
    }

    @Override
    public List<Tensor> split(int axis, int parts) {
        return Collections.nCopies(parts, like(Shapes.split(shape, axis, parts)));
    }

    @Override
    public Tensor expand(long... dims) {
        return like(Shapes.expand(shape, dims));
    }

    @Override
    public Tensor expandAs(Tensor other) {
        return like(Shapes.expandAs(shape, other.shape()));
    }

    // indexing and layers
    // ---------------------------------------------------------------------------------------------------------

    @Override
    public Tensor rows(Tensor indices) {
        return of(Shapes.rows(shape, indices.shape()), type, this, indices);
    }

    @Override
    public Tensor gatherRows(Tensor index) {
        return of(Shapes.gatherRows(shape, index.shape()), type, this, index);
    }

    @Override
    public Tensor gather(int axis, Tensor index) {
        return of(Shapes.gather(shape, axis, index.shape()), type, this, index);
    }

    @Override
    public Tensor batchNorm(
            Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, float epsilon, float momentum) {
        return of(shape, type, this, weight);
    }

    @Override
    public Tensor layerNorm(Tensor weight, Tensor bias, float epsilon) {
        return of(shape, type, this, weight);
    }

    @Override
    public Tensor maxPool2d(int kernel, int stride, int padding) {
        return like(Shapes.pool2d("maxPool2d", shape, kernel, stride, padding));
    }

    @Override
    public Tensor avgPool2d(int kernel, int stride) {
        return like(Shapes.pool2d("avgPool2d", shape, kernel, stride, 0));
    }

    @Override
    public Tensor adaptiveAvgPool2d(int rows, int columns) {
        return like(Shapes.adaptiveAvgPool2d(shape, rows, columns));
    }
}
