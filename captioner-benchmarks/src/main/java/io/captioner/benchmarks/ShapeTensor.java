package io.captioner.benchmarks;

import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** A tensor without elements: what every operation but a product makes of shapes and types. */
abstract class ShapeTensor implements Tensor {
    /** The result of an operation on these, this one among them. */
    abstract Tensor made(Shape result, DType type, Tensor... operands);

    private Tensor like(Shape result) {
        return made(result, type(), this);
    }

    private Tensor with(String operation, DType result, Tensor... others) {
        Tensor[] all = new Tensor[others.length + 1];
        all[0] = this;
        System.arraycopy(others, 0, all, 1, others.length);
        Shape[] shapes = Arrays.stream(all).map(Tensor::shape).toArray(Shape[]::new);
        return made(Shapes.broadcast(operation, shapes), result, all);
    }

    // element-wise
    // -----------------------------------------------------------------------------------------------------

    @Override
    public Tensor plus(Tensor other) {
        return with("plus", type(), other);
    }

    @Override
    public Tensor minus(Tensor other) {
        return with("minus", type(), other);
    }

    @Override
    public Tensor times(Tensor other) {
        return with("times", type(), other);
    }

    @Override
    public Tensor dividedBy(Tensor other) {
        return with("dividedBy", type(), other);
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
    public Tensor to(DType wanted) {
        return made(shape(), wanted, this);
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
        return like(Shapes.reduce("sum", shape(), keepAxes, axes));
    }

    @Override
    public Tensor mean(boolean keepAxes, int... axes) {
        return like(Shapes.reduce("mean", shape(), keepAxes, axes));
    }

    @Override
    public Tensor max(boolean keepAxis, int axis) {
        return like(Shapes.max(shape(), keepAxis, axis));
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
        Tensor values = like(Shapes.topK(shape(), k.shape(), Shape.UNKNOWN));
        return new TopK(values, values.to(DType.INT64));
    }

    // form
    // -------------------------------------------------------------------------------------------------------------

    @Override
    public Tensor reshape(long... dims) {
        return like(FormShapes.reshape(shape(), dims));
    }

    @Override
    public Tensor transpose(int... axes) {
        return like(FormShapes.transpose(shape(), axes));
    }

    @Override
    public Tensor expandDims(int axis) {
        return like(FormShapes.expandDims(shape(), axis));
    }

    @Override
    public Tensor squeeze(int axis) {
        return like(FormShapes.squeeze(shape(), axis));
    }

    @Override
    public Tensor slice(int axis, long from, long to) {
        return like(FormShapes.slice(shape(), axis, from, to));
    }

    @Override
    public List<Tensor> split(int axis, int parts) {
        return Collections.nCopies(parts, like(FormShapes.split(shape(), axis, parts)));
    }

    @Override
    public Tensor expand(long... dims) {
        return like(FormShapes.expand(shape(), dims));
    }

    @Override
    public Tensor expandAs(Tensor other) {
        return like(FormShapes.expandAs(shape(), other.shape()));
    }

    // indexing and layers
    // ---------------------------------------------------------------------------------------------------------

    @Override
    public Tensor rows(Tensor indices) {
        return made(FormShapes.rows(shape(), indices.shape()), type(), this, indices);
    }

    @Override
    public Tensor gatherRows(Tensor index) {
        return made(FormShapes.gatherRows(shape(), index.shape()), type(), this, index);
    }

    @Override
    public Tensor gather(int axis, Tensor index) {
        return made(FormShapes.gather(shape(), axis, index.shape()), type(), this, index);
    }

    @Override
    public Tensor batchNorm(
            Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, float epsilon, float momentum) {
        return made(shape(), type(), this, weight);
    }

    @Override
    public Tensor layerNorm(Tensor weight, Tensor bias, float epsilon) {
        return made(shape(), type(), this, weight);
    }

    @Override
    public Tensor maxPool2d(int kernel, int stride, int padding) {
        return like(LayerShapes.pool2d("maxPool2d", shape(), kernel, stride, padding));
    }

    @Override
    public Tensor avgPool2d(int kernel, int stride) {
        return like(LayerShapes.pool2d("avgPool2d", shape(), kernel, stride, 0));
    }

    @Override
    public Tensor adaptiveAvgPool2d(int rows, int columns) {
        return like(LayerShapes.adaptiveAvgPool2d(shape(), rows, columns));
    }
}
