package io.captioner.djl;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.Checks;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A libtorch array. Shapes are checked by {@link Shapes} first, so that libtorch only sees what fits. */
final class DjlTensor implements Tensor {
    private PtNDArray array;
    private final DjlAlgebra algebra;
    private final DType type;
    private final Shape shape;
    /** Where libtorch's graph of this begins; none where no gradient is taken of it. */
    private @Nullable Origin origin;

    DjlTensor(DjlAlgebra algebra, PtNDArray array, DType type, Shape shape, @Nullable Origin origin) {
        this.algebra = algebra;
        this.array = array;
        this.type = type;
        this.shape = shape;
        this.origin = origin;
    }

    /** Of no gradient. */
    DjlTensor(DjlAlgebra algebra, PtNDArray array, DType type, Shape shape) {
        this(algebra, array, type, shape, null);
    }

    static DjlTensor of(Tensor tensor) {
        if (tensor instanceof DjlTensor mine) {
            return mine;
        }
        throw new ShapeException(
                "a tensor of " + tensor.getClass().getName() + " met the DJL backend: one computation has one backend");
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
    public DjlAlgebra algebra() {
        return algebra;
    }

    @Nullable
    Origin origin() {
        return origin;
    }

    PtNDArray array() {
        return array;
    }

    /** The same values, for all later uses, where libtorch's graph is cut. */
    void replace(PtNDArray leaf, Origin ofLeaf) {
        array = leaf;
        origin = ofLeaf;
    }

    // element-wise
    // -----------------------------------------------------------------------------------------------------

    @Override
    public Tensor plus(Tensor other) {
        Tape tape = tapeOf(other);
        return tape == null
                ? arithmetic("plus", other, JniUtils::add)
                : taped(tape, tape.elements().plus(array, of(other).array), shape);
    }

    @Override
    public Tensor minus(Tensor other) {
        return arithmetic("minus", other, JniUtils::sub);
    }

    @Override
    public Tensor times(Tensor other) {
        Tape tape = tapeOf(other);
        return tape == null
                ? arithmetic("times", other, JniUtils::mul)
                : taped(tape, tape.elements().times(array, of(other).array), shape);
    }

    @Override
    public Tensor dividedBy(Tensor other) {
        require("dividedBy", this, DType.FLOAT32);
        return arithmetic("dividedBy", other, JniUtils::div);
    }

    /** Through double precision, exact below 2^53: libtorch's integer division is not reachable from DJL. */
    @Override
    public Tensor floorDividedBy(long divisor) {
        require("floorDividedBy", this, DType.INT64);
        Checks.divisor("floorDividedBy", divisor);
        PtNDArray wide = JniUtils.to(array, DataType.FLOAT64, array.getDevice());
        try (PtNDArray by = Transfer.full(wide.getManager(), divisor, DataType.FLOAT64)) {
            JniUtils.divi(wide, by);
            return make(JniUtils.to(wide, DataType.INT64, array.getDevice()), type, shape);
        } finally {
            wide.close();
        }
    }

    @Override
    public Tensor remainder(long divisor) {
        require("remainder", this, DType.INT64);
        Checks.divisor("remainder", divisor);
        return make(JniUtils.remainder(array, algebra.scalar(divisor).array), type, shape);
    }

    @Override
    public Tensor negate() {
        return unary("negate", JniUtils::neg);
    }

    @Override
    public Tensor exp() {
        return unary("exp", JniUtils::exp);
    }

    @Override
    public Tensor log() {
        return unary("log", JniUtils::log);
    }

    @Override
    public Tensor sqrt() {
        return unary("sqrt", JniUtils::sqrt);
    }

    @Override
    public Tensor tanh() {
        return unary("tanh", JniUtils::tanh);
    }

    @Override
    public Tensor sigmoid() {
        Tape tape = tapeOf(this);
        return tape == null
                ? unary("sigmoid", JniUtils::sigmoid)
                : taped(tape, tape.elements().sigmoid(array), shape);
    }

    @Override
    public Tensor relu() {
        return unary("relu", JniUtils::relu);
    }

    @Override
    public Tensor clamp(float min, float max) {
        if (!(min <= max)) {
            throw new ShapeException("clamp to [" + min + ", " + max + "]: expected a minimum not above the maximum");
        }
        return unary("clamp", x -> JniUtils.clip(local(), min, max)); // clip leaves its bounds with the owner of x
    }

    @Override
    public Tensor erf() {
        return unary("erf", JniUtils::erf);
    }

    @Override
    public Tensor gelu() {
        return unary("gelu", JniUtils::gelu);
    }

    // comparison and choice
    // --------------------------------------------------------------------------------------------

    @Override
    public Tensor equalTo(Tensor other) {
        return binary("equalTo", other, DType.BOOL, JniUtils::eq);
    }

    @Override
    public Tensor lessThan(Tensor other) {
        requireNumber("lessThan");
        return binary("lessThan", other, DType.BOOL, JniUtils::lt);
    }

    @Override
    public Tensor and(Tensor other) {
        require("and", this, DType.BOOL);
        return binary("and", other, DType.BOOL, JniUtils::logicalAnd);
    }

    @Override
    public Tensor or(Tensor other) {
        require("or", this, DType.BOOL);
        return binary("or", other, DType.BOOL, JniUtils::logicalOr);
    }

    @Override
    public Tensor not() {
        require("not", this, DType.BOOL);
        return make(JniUtils.logicalNot(array), DType.BOOL, shape);
    }

    @Override
    public Tensor choose(Tensor ifTrue, Tensor ifFalse) {
        require("choose", this, DType.BOOL);
        Checks.types("choose", List.of(), ifTrue, ifFalse);
        Shape result = Shapes.broadcast("choose", shape, ifTrue.shape(), ifFalse.shape());
        return make(JniUtils.where(array, of(ifTrue).array, of(ifFalse).array), ifTrue.type(), result, ifTrue, ifFalse);
    }

    @Override
    public Tensor any() {
        require("any", this, DType.BOOL);
        return make(JniUtils.any(array), DType.BOOL, Shape.of());
    }

    // reduction
    // --------------------------------------------------------------------------------------------------------

    @Override
    public Tensor sum(boolean keepAxes, int... axes) {
        requireNumber("sum");
        Shape result = Shapes.reduce("sum", shape, keepAxes, axes);
        return make(JniUtils.sum(array, reduced("sum", axes), keepAxes), type, result);
    }

    @Override
    public Tensor mean(boolean keepAxes, int... axes) {
        require("mean", this, DType.FLOAT32);
        Shape result = Shapes.reduce("mean", shape, keepAxes, axes);
        long[] reduced = reduced("mean", axes);
        if (reduced.length == 1) {
            return make(JniUtils.mean(array, reduced[0], keepAxes), type, result);
        }
        long count = Arrays.stream(reduced).map(axis -> shape.dim((int) axis)).reduce(1, Math::multiplyExact);
        return sum(keepAxes, axes).dividedBy((float) count);
    }

    @Override
    public Tensor max(boolean keepAxis, int axis) {
        requireNumber("max");
        Shape result = Shapes.max(shape, keepAxis, axis);
        return make(JniUtils.max(array, Shapes.axis("max", shape, axis), keepAxis), type, result);
    }

    @Override
    public Tensor softmax(int axis) {
        require("softmax", this, DType.FLOAT32);
        Shape result = Shapes.softmax("softmax", shape, axis);
        Tape tape = tapeOf(this);
        if (tape != null && Shapes.axis("softmax", shape, axis) == shape.rank() - 1) {
            return taped(tape, tape.elements().softmax(array), result);
        }
        return make(JniUtils.softmax(array, Shapes.axis("softmax", shape, axis), DataType.FLOAT32), type, result);
    }

    @Override
    public Tensor logSoftmax(int axis) {
        require("logSoftmax", this, DType.FLOAT32);
        Shape result = Shapes.softmax("logSoftmax", shape, axis);
        return make(JniUtils.logSoftmax(array, Shapes.axis("logSoftmax", shape, axis), DataType.FLOAT32), type, result);
    }

    @Override
    public TopK topK(Tensor k) {
        require("topK", this, DType.FLOAT32);
        require("topK", k, DType.INT64);
        Shapes.topK(shape, k.shape(), Shape.UNKNOWN);
        long count = of(k).readLong("k");
        Shape result = Shapes.topK(shape, k.shape(), count);
        Tensor indices = algebra.constant(Largest.indices(Transfer.bytes(array), shape, (int) count));
        return new TopK(make(JniUtils.gather(array, of(indices).array, shape.rank() - 1), type, result), indices);
    }

    // form
    // -------------------------------------------------------------------------------------------------------------

    @Override
    public Tensor reshape(long... dims) {
        Shape result = FormShapes.reshape(shape, dims);
        return inShape(result, () -> JniUtils.reshape(array, result.toArray()));
    }

    @Override
    public Tensor transpose(int... axes) {
        Shape result = FormShapes.transpose(shape, axes);
        long[] order = Arrays.stream(axes)
                .mapToLong(axis -> Shapes.axis("transpose", shape, axis))
                .toArray();
        return make(JniUtils.permute(array, order), type, result);
    }

    @Override
    public Tensor expandDims(int axis) {
        Shape result = FormShapes.expandDims(shape, axis);
        return inShape(result, () -> JniUtils.unsqueeze(array, Shapes.newAxis("expandDims", shape, axis)));
    }

    @Override
    public Tensor squeeze(int axis) {
        Shape result = FormShapes.squeeze(shape, axis);
        return inShape(result, () -> JniUtils.squeeze(array, Shapes.axis("squeeze", shape, axis)));
    }

    @Override
    public Tensor slice(int axis, long from, long to) {
        Shape result = FormShapes.slice(shape, axis, from, to);
        int at = Shapes.axis("slice", shape, axis);
        long first = from < 0 ? from + shape.dim(at) : from;
        Tape tape = algebra.run().tape();
        if (tape != null && tape.isLeaf(array) && result.size() > 0) {
            return taped(tape, tape.elements().slice(this, at, first, first + result.dim(at)), result);
        }
        return make(JniUtils.slice(array, at, first, first + result.dim(at), 1), type, result);
    }

    @Override
    public List<Tensor> split(int axis, int parts) {
        Shape result = FormShapes.split(shape, axis, parts);
        int at = Shapes.axis("split", shape, axis);
        if (result.dim(at) == 0) {
            return java.util.Collections.nCopies(parts, this);
        }
        Tape tape = algebra.run().tape();
        if (tape != null && origin != null) {
            return tape.elements().split(this, result.dim(at), at).stream()
                    .map(piece -> taped(tape, piece, result))
                    .toList();
        }
        NDList pieces = JniUtils.split(array, result.dim(at), at);
        return pieces.stream()
                .map(piece -> (Tensor) make((PtNDArray) piece, type, result))
                .toList();
    }

    @Override
    public Tensor expand(long... dims) {
        return broadcastTo(FormShapes.expand(shape, dims));
    }

    @Override
    public Tensor expandAs(Tensor other) {
        return broadcastTo(FormShapes.expandAs(shape, other.shape()));
    }

    @Override
    public Tensor to(DType wanted) {
        return wanted == type
                ? this
                : make(JniUtils.to(array, Transfer.type(wanted), array.getDevice()), wanted, shape);
    }

    // indexing
    // ---------------------------------------------------------------------------------------------------------

    @Override
    public Tensor rows(Tensor indices) {
        require("rows", indices, DType.INT64);
        return LookUps.rows(this, of(indices));
    }

    @Override
    public Tensor gatherRows(Tensor index) {
        require("gatherRows", index, DType.INT64);
        return LookUps.gatherRows(this, of(index));
    }

    @Override
    public Tensor gather(int axis, Tensor index) {
        require("gather", index, DType.INT64);
        return LookUps.gather(this, axis, of(index));
    }

    // linear algebra and fused operations
    // ------------------------------------------------------------------------------

    @Override
    public Tensor matmul(Tensor other) {
        requireFloats("matmul", this, other);
        Shape result = LayerShapes.matmul(shape, other.shape());
        Tape tape = algebra.run().tape();
        if (tape != null && tape.products().weighs(this, of(other))) {
            return taped(tape, tape.products().matmul(this, of(other)), result);
        }
        return make(JniUtils.matmul(array, of(other).array), type, result, other);
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        requireFloats("linear", this, weight, bias);
        Shape result = LayerShapes.linear(shape, weight.shape(), bias == null ? null : bias.shape());
        DjlTensor w = of(weight);
        @Nullable DjlTensor b = bias == null ? null : of(bias);
        Tape tape = algebra.run().tape();
        if (tape != null && shape.size() > 0 && w.shape.size() > 0) {
            return taped(tape, tape.products().linear(this, w, b), result);
        }
        return make(JniUtils.linear(array, w.array, b == null ? null : b.array), type, result, weight, bias);
    }

    @Override
    public List<Tensor> lstm(Tensor cell) {
        Tape tape = algebra.run().tape();
        Shape state = cell.shape();
        if (tape == null
                || shape.rank() == 0
                || state.rank() == 0
                || state.size() == 0
                || !shape.equals(state.with(-1, 4 * state.dim(-1)))) {
            return Tensor.super.lstm(cell);
        }
        requireFloats("lstm", this, cell);
        return tape.recurrence().lstm(this, of(cell)).stream()
                .map(made -> taped(tape, made, state))
                .toList();
    }

    @Override
    public Tensor additiveWeights(Tensor query, Tensor weight, @Nullable Tensor bias, boolean relu) {
        Tape tape = algebra.run().tape();
        if (tape == null
                || shape.rank() != 3
                || shape.size() == 0
                || query.shape().size() == 0
                || !query.shape().equals(Shape.of(shape.dim(0), query.dim(1), shape.dim(2)))
                || !weight.shape().equals(Shape.of(1, shape.dim(2)))
                || bias != null && !bias.shape().equals(Shape.of(1))) {
            return Tensor.super.additiveWeights(query, weight, bias, relu);
        }
        requireFloats("additiveWeights", this, query, weight, bias);
        Shape result = Shape.of(shape.dim(0), query.dim(1), shape.dim(1));
        PtNDArray scores = tape.recurrence().scores(this, of(query), of(weight), bias == null ? null : of(bias), relu);
        return taped(tape, tape.elements().softmax(scores), result);
    }

    @Override
    public Tensor conv2d(Tensor weight, @Nullable Tensor bias, Convolution convolution) {
        requireFloats("conv2d", this, weight, bias);
        return Windows.convolve(this, of(weight), bias == null ? null : of(bias), convolution);
    }

    @Override
    public Tensor batchNorm(
            Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, float epsilon, float momentum) {
        requireFloats("batchNorm", this, runningMean, runningVar, weight, bias);
        Shape result =
                LayerShapes.batchNorm(shape, runningMean.shape(), runningVar.shape(), weight.shape(), bias.shape());
        boolean ofBatch = algebra.training() && algebra.moves(of(runningMean));
        PtNDArray mean = ofBatch ? algebra.run().statistics(of(runningMean).array) : of(runningMean).array;
        PtNDArray variance = ofBatch ? algebra.run().statistics(of(runningVar).array) : of(runningVar).array;
        return make(
                JniUtils.batchNorm(array, mean, variance, of(weight).array, of(bias).array, ofBatch, momentum, epsilon),
                type,
                result,
                weight,
                bias);
    }

    @Override
    public Tensor layerNorm(Tensor weight, Tensor bias, float epsilon) {
        requireFloats("layerNorm", this, weight, bias);
        Shape result = LayerShapes.layerNorm(shape, weight.shape(), bias.shape());
        Tape tape = algebra.run().tape();
        PtNDArray x = tape == null ? array : tape.cut(this); // what passes by the layer reads it too
        return make(
                JniUtils.layerNorm(x, Transfer.shape(weight.shape()), of(weight).array, of(bias).array, epsilon),
                type,
                result,
                weight,
                bias);
    }

    @Override
    public Tensor maxPool2d(int kernel, int stride, int padding) {
        require("maxPool2d", this, DType.FLOAT32);
        return Windows.maxPool(this, kernel, stride, padding);
    }

    @Override
    public Tensor avgPool2d(int kernel, int stride) {
        require("avgPool2d", this, DType.FLOAT32);
        return Windows.averagePool(this, kernel, stride);
    }

    @Override
    public Tensor adaptiveAvgPool2d(int rows, int columns) {
        require("adaptiveAvgPool2d", this, DType.FLOAT32);
        return Windows.adaptiveAveragePool(this, rows, columns);
    }

    @Override
    public Tensor dropout(float p) {
        require("dropout", this, DType.FLOAT32);
        Checks.probability("dropout", p);
        Dropout dropout = algebra.run().dropout();
        if (dropout == null || p == 0) {
            return this;
        }
        PtNDArray mask = dropout.mask(algebra.run().manager(), shape, p);
        return make(JniUtils.mul(array, mask), type, shape);
    }

    @Override
    public Tensor noise() {
        require("noise", this, DType.FLOAT32);
        Run run = algebra.run();
        Dropout random = run.dropout();
        PtNDArray values = random == null ? Transfer.zeros(run.manager(), shape) : random.noise(run.manager(), shape);
        return run.own(values, type, shape, null);
    }

    @Override
    public Tensor detached() {
        return origin == null ? this : algebra.run().own(JniUtils.detachGradient(array), type, shape, null);
    }

    // reading
    // ----------------------------------------------------------------------------------------------------------

    long readLong(String name) {
        return scalar(name, DType.INT64).getLong();
    }

    boolean readBool(String name) {
        return scalar(name, DType.BOOL).get() != 0;
    }

    private ByteBuffer scalar(String name, DType wanted) {
        if (type != wanted || shape.rank() != 0) {
            throw new ShapeException(name + " is " + type + " " + shape + ": expected " + wanted + " ()");
        }
        return Transfer.bytes(array);
    }

    /** Gives the array to another owner if it now belongs to one of these. */
    void move(PtNDManager to, PtNDManager... from) {
        if (Arrays.asList(from).contains(array.getManager()) && array.getManager() != to) {
            array.attach(to);
        }
    }

    // parts
    // ------------------------------------------------------------------------------------------------------------

    DjlTensor make(PtNDArray result, DType resultType, Shape resultShape, @Nullable Tensor... operands) {
        Origin joined = origin;
        for (Tensor operand : operands) {
            joined = Origin.join(joined, operand == null ? null : of(operand).origin);
        }
        return algebra.run().own(result, resultType, resultShape, resultType == DType.FLOAT32 ? joined : null);
    }

    /** What a tape made, of this tensor's type: the tape owns it. */
    private Tensor taped(Tape tape, PtNDArray made, Shape resultShape) {
        return new DjlTensor(algebra, made, type, resultShape, tape.origin(made));
    }

    /** Where an operation on this and another of the same shape can be recorded without cutting libtorch's graph; else none. */
    private @Nullable Tape tapeOf(Tensor other) {
        Tape tape = algebra.run().tape();
        boolean alike =
                type == DType.FLOAT32 && other.type() == type && shape.size() > 0 && shape.equals(other.shape());
        return tape != null && alike && tape.reads(this, of(other)) ? tape : null;
    }

    /** @param untaped makes it where no tape records it */
    private Tensor inShape(Shape result, Supplier<PtNDArray> untaped) {
        Tape tape = tapeOf(this);
        return tape == null
                ? make(untaped.get(), type, result)
                : taped(tape, tape.elements().reshape(array, result.toArray()), result);
    }

    private Tensor unary(String operation, UnaryOperator<PtNDArray> function) {
        require(operation, this, DType.FLOAT32);
        return make(function.apply(array), type, shape);
    }

    private Tensor arithmetic(String operation, Tensor other, BinaryOperator<PtNDArray> function) {
        requireNumber(operation);
        return binary(operation, other, type, function);
    }

    private Tensor binary(String operation, Tensor other, DType resultType, BinaryOperator<PtNDArray> function) {
        Checks.types(operation, List.of(), this, other);
        Shape result = Shapes.broadcast(operation, shape, other.shape());
        return make(function.apply(array, of(other).array), resultType, result, other);
    }

    /** The same elements, owned by this run: so that what libtorch makes of them on the way to a result is freed with it. */
    PtNDArray local() {
        return array.getManager() == algebra.root
                ? make(JniUtils.reshape(array, shape.toArray()), type, shape).array
                : array;
    }

    private Tensor broadcastTo(Shape result) {
        return result.equals(shape) ? this : make(JniUtils.broadcast(array, Transfer.shape(result)), type, result);
    }

    private long[] reduced(String operation, int... axes) {
        long[] all = new long[axes.length == 0 ? shape.rank() : axes.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = axes.length == 0 ? i : Shapes.axis(operation, shape, axes[i]);
        }
        return all;
    }

    private void requireNumber(String operation) {
        Checks.numbers(operation, this);
    }

    private static void require(String operation, Tensor tensor, DType wanted) {
        Checks.types(operation, List.of(wanted), tensor);
    }

    private static void requireFloats(String operation, @Nullable Tensor... tensors) {
        for (Tensor tensor : tensors) {
            if (tensor != null) {
                require(operation, tensor, DType.FLOAT32);
            }
        }
    }
}
