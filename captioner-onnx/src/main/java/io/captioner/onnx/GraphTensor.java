package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.captioner.nn.Algebra;
import io.captioner.nn.Checks;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.HostTensor;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name of a value in a graph under construction. Every operation checks its operands and records the nodes that compute it
 * (ONNX operator set {@value ModelWriter#OPERATOR_SET}).
 */
final class GraphTensor implements Tensor {
    private final GraphBuilder builder;
    private final Scope scope;
    private final String name;
    private final String label;
    private final Shape shape;
    private final DType type;
    private final @Nullable HostTensor value;

    /**
     * @param label the part of the model that computes it, for the names of nodes
     * @param value the elements of a constant
     */
    GraphTensor(
            GraphBuilder builder,
            Scope scope,
            String name,
            String label,
            Shape shape,
            DType type,
            @Nullable HostTensor value) {
        this.builder = builder;
        this.scope = scope;
        this.name = name;
        this.label = label;
        this.shape = shape;
        this.type = type;
        this.value = value;
    }

    GraphBuilder builder() {
        return builder;
    }

    Scope scope() {
        return scope;
    }

    String name() {
        return name;
    }

    String label() {
        return label;
    }

    /** The elements of a constant, else null. */
    @Nullable
    HostTensor value() {
        return value;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public DType type() {
        return type;
    }

    @Override
    public Algebra algebra() {
        return builder.algebra();
    }

    // element-wise
    // -----------------------------------------------------------------------------------------------------

    @Override
    public Tensor plus(Tensor other) {
        return binary("plus", "Add", Checks.numbers("plus", this, other), other);
    }

    @Override
    public Tensor minus(Tensor other) {
        return binary("minus", "Sub", Checks.numbers("minus", this, other), other);
    }

    @Override
    public Tensor times(Tensor other) {
        return binary("times", "Mul", Checks.numbers("times", this, other), other);
    }

    @Override
    public Tensor dividedBy(Tensor other) {
        Checks.floats("dividedBy", this, other);
        return binary("dividedBy", "Div", DType.FLOAT32, other);
    }

    @Override
    public Tensor floorDividedBy(long divisor) {
        Checks.integers("floorDividedBy", this);
        Checks.divisor("floorDividedBy", divisor);
        return binary("floorDividedBy", "Div", DType.INT64, algebra().scalar(divisor));
    }

    @Override
    public Tensor exp() {
        return unary("exp", "Exp");
    }

    @Override
    public Tensor log() {
        return unary("log", "Log");
    }

    @Override
    public Tensor sqrt() {
        return unary("sqrt", "Sqrt");
    }

    @Override
    public Tensor tanh() {
        return unary("tanh", "Tanh");
    }

    @Override
    public Tensor sigmoid() {
        return unary("sigmoid", "Sigmoid");
    }

    @Override
    public Tensor relu() {
        return unary("relu", "Relu");
    }

    @Override
    public Tensor clamp(float min, float max) {
        Checks.floats("clamp", this);
        return record("Clip", shape, type, with(builder.scalar(min), builder.scalar(max)));
    }

    @Override
    public Tensor erf() {
        return unary("erf", "Erf");
    }

    /** In the form that runtimes recognise as one operation: x * (erf(x / sqrt(2)) + 1) * 0.5. */
    @Override
    public Tensor gelu() {
        return times(dividedBy((float) Math.sqrt(2)).erf().plus(1f)).times(0.5f);
    }

    // comparison and choice
    // --------------------------------------------------------------------------------------------

    @Override
    public Tensor equalTo(Tensor other) {
        DType common = Checks.types("equalTo", List.of(), this, other);
        if (common == DType.UINT8) {
            return to(DType.INT64).equalTo(other.to(DType.INT64)); // runtimes compare no bytes
        }
        return binary("equalTo", "Equal", DType.BOOL, other);
    }

    @Override
    public Tensor lessThan(Tensor other) {
        Checks.numbers("lessThan", this, other);
        return binary("lessThan", "Less", DType.BOOL, other);
    }

    @Override
    public Tensor and(Tensor other) {
        Checks.booleans("and", this, other);
        return binary("and", "And", DType.BOOL, other);
    }

    @Override
    public Tensor or(Tensor other) {
        Checks.booleans("or", this, other);
        return binary("or", "Or", DType.BOOL, other);
    }

    @Override
    public Tensor not() {
        Checks.booleans("not", this);
        return record("Not", shape, type, with());
    }

    @Override
    public Tensor choose(Tensor ifTrue, Tensor ifFalse) {
        Checks.booleans("choose", this);
        DType choice = Checks.types("choose", List.of(), ifTrue, ifFalse);
        Shape result = Shapes.broadcast("choose", shape, ifTrue.shape(), ifFalse.shape());
        if (choice == DType.BOOL) {
            return and(ifTrue).or(not().and(ifFalse)); // the runtime's Where knows no truth values
        }
        return record("Where", result, choice, with(ifTrue, ifFalse));
    }

    @Override
    public Tensor any() {
        return Reductions.any(this);
    }

    // reduction
    // --------------------------------------------------------------------------------------------------------

    @Override
    public Tensor sum(boolean keepAxes, int... axes) {
        return Reductions.sum(this, keepAxes, axes);
    }

    @Override
    public Tensor mean(boolean keepAxes, int... axes) {
        return Reductions.mean(this, keepAxes, axes);
    }

    @Override
    public Tensor max(boolean keepAxis, int axis) {
        return Reductions.max(this, keepAxis, axis);
    }

    @Override
    public Tensor softmax(int axis) {
        return Reductions.softmax(this, "softmax", "Softmax", axis);
    }

    @Override
    public Tensor logSoftmax(int axis) {
        return Reductions.softmax(this, "logSoftmax", "LogSoftmax", axis);
    }

    @Override
    public TopK topK(Tensor k) {
        return Reductions.topK(this, builder.owned(k));
    }

    // form
    // -------------------------------------------------------------------------------------------------------------

    @Override
    public Tensor reshape(long... dims) {
        Shape result = FormShapes.reshape(shape, dims);
        if (result.isKnown() && result.equals(shape)) {
            return this;
        }
        return record("Reshape", result, type, with(builder.longs(dims)));
    }

    @Override
    public Tensor transpose(int... axes) {
        Shape result = FormShapes.transpose(shape, axes);
        return record("Transpose", result, type, with(), Attributes.list("perm", axes(axes)));
    }

    @Override
    public Tensor expandDims(int axis) {
        Shape result = FormShapes.expandDims(shape, axis);
        int at = Shapes.newAxis("expandDims", shape, axis);
        return record("Unsqueeze", result, type, with(builder.longs(at)));
    }

    @Override
    public Tensor squeeze(int axis) {
        Shape result = FormShapes.squeeze(shape, axis);
        return record("Squeeze", result, type, with(builder.longs(shape.axis(axis))));
    }

    @Override
    public Tensor slice(int axis, long from, long to) {
        Shape result = FormShapes.slice(shape, axis, from, to);
        return record(
                "Slice", result, type, with(builder.longs(from), builder.longs(to), builder.longs(shape.axis(axis))));
    }

    @Override
    public List<Tensor> split(int axis, int parts) {
        Shape part = FormShapes.split(shape, axis, parts);
        if (parts == 1) {
            return List.of(this);
        }
        long[] sizes = new long[parts];
        Arrays.fill(sizes, part.dim(axis));
        return List.copyOf(builder.record(
                "Split",
                Collections.nCopies(parts, part),
                Collections.nCopies(parts, type),
                with(builder.longs(sizes)),
                axis(axis)));
    }

    @Override
    public Tensor expand(long... dims) {
        Shape result = FormShapes.expand(shape, dims);
        if (result.isKnown() && result.equals(shape)) {
            return this;
        }
        long[] target =
                Arrays.stream(dims).map(dim -> dim == -1 ? 1 : dim).toArray(); // against 1 an axis keeps its extent
        return record("Expand", result, type, with(builder.longs(target)));
    }

    @Override
    public Tensor expandAs(Tensor other) {
        Shape result = FormShapes.expandAs(shape, other.shape());
        if (result.isKnown()) {
            return expand(result.toArray());
        }
        return record("Expand", result, type, with(builder.owned(other).extents()));
    }

    /** The extents as INT64 (rank), computed when the graph runs. */
    GraphTensor extents() {
        return record("Shape", Shape.of(shape.rank()), DType.INT64, with());
    }

    @Override
    public Tensor to(DType wanted) {
        return wanted == type ? this : cast(wanted);
    }

    GraphTensor cast(DType wanted) {
        return record("Cast", shape, wanted, with(), Attributes.of("to", Attributes.number(wanted)));
    }

    // indexing
    // ---------------------------------------------------------------------------------------------------------

    @Override
    public Tensor rows(Tensor indices) {
        Checks.integers("rows", indices);
        return record("Gather", FormShapes.rows(shape, indices.shape()), type, with(indices), Attributes.of("axis", 0));
    }

    @Override
    public Tensor gatherRows(Tensor index) {
        Checks.integers("gatherRows", index);
        Shape result = FormShapes.gatherRows(shape, index.shape());
        return record("GatherND", result, type, with(index.expandDims(-1)), Attributes.of("batch_dims", 1));
    }

    @Override
    public Tensor gather(int axis, Tensor index) {
        Checks.integers("gather", index);
        Shape result = FormShapes.gather(shape, axis, index.shape());
        return record("GatherElements", result, type, with(index), axis(axis));
    }

    // linear algebra and fused operations
    // ------------------------------------------------------------------------------

    @Override
    public Tensor matmul(Tensor other) {
        Checks.floats("matmul", this, other);
        return record("MatMul", LayerShapes.matmul(shape, other.shape()), type, with(other));
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        return Linear.record(this, weight, bias);
    }

    @Override
    public Tensor additiveWeights(Tensor query, Tensor weight, @Nullable Tensor bias, boolean relu) {
        return relu
                ? Linear.reluWeights(this, query, weight)
                : Tensor.super.additiveWeights(query, weight, bias, false);
    }

    @Override
    public Tensor conv2d(Tensor weight, @Nullable Tensor bias, Convolution convolution) {
        return Windows.convolve(this, weight, bias, convolution);
    }

    @Override
    public Tensor batchNorm(
            Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, float epsilon, float momentum) {
        Checks.floats("batchNorm", this, runningMean, runningVar, weight, bias);
        Shape result =
                LayerShapes.batchNorm(shape, runningMean.shape(), runningVar.shape(), weight.shape(), bias.shape());
        return record(
                "BatchNormalization",
                result,
                type,
                with(weight, bias, runningMean, runningVar),
                Attributes.of("epsilon", epsilon));
    }

    @Override
    public Tensor layerNorm(Tensor weight, Tensor bias, float epsilon) {
        Checks.floats("layerNorm", this, weight, bias);
        Shape result = LayerShapes.layerNorm(shape, weight.shape(), bias.shape());
        return record(
                "LayerNormalization",
                result,
                type,
                with(weight, bias),
                Attributes.of("axis", -1),
                Attributes.of("epsilon", epsilon));
    }

    @Override
    public Tensor maxPool2d(int kernel, int stride, int padding) {
        return Windows.maxPool(this, kernel, stride, padding);
    }

    @Override
    public Tensor avgPool2d(int kernel, int stride) {
        return Windows.averagePool(this, kernel, stride);
    }

    @Override
    public Tensor adaptiveAvgPool2d(int rows, int columns) {
        return Windows.adaptiveAveragePool(this, rows, columns);
    }

    @Override
    public Tensor dropout(float p) {
        Checks.floats("dropout", this);
        Checks.probability("dropout", p);
        return this;
    }

    // recording
    // --------------------------------------------------------------------------------------------------------

    private Tensor unary(String operation, String node) {
        Checks.floats(operation, this);
        return record(node, shape, type, with());
    }

    private Tensor binary(String operation, String node, DType result, Tensor other) {
        return record(node, Shapes.broadcast(operation, shape, other.shape()), result, with(other));
    }

    /** Records a node with one output in this graph. */
    GraphTensor record(
            String node,
            Shape result,
            DType resultType,
            List<@Nullable GraphTensor> operands,
            AttributeProto... attributes) {
        return builder.record(node, result, resultType, operands, attributes);
    }

    /** This and further operands; null stands for an optional one left out. */
    List<@Nullable GraphTensor> with(@Nullable Tensor... others) {
        List<@Nullable GraphTensor> operands = new ArrayList<>();
        operands.add(this);
        for (Tensor other : others) {
            operands.add(other == null ? null : builder.owned(other));
        }
        return operands;
    }

    /** These axes from the front. */
    long[] axes(int... axes) {
        return Arrays.stream(axes).mapToLong(shape::axis).toArray();
    }

    AttributeProto axis(int axis) {
        return Attributes.of("axis", shape.axis(axis));
    }

    /** Name, type and shape. */
    @Override
    public String toString() {
        return name + " " + type + " " + shape;
    }
}
