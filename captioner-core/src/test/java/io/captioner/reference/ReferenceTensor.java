package io.captioner.reference;

import io.captioner.nn.Algebra;
import io.captioner.nn.Checks;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.FormShapes;
import io.captioner.nn.HostTensor;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Elements in an array of doubles, row-major, whatever their type: INT64 elements are exact up to 2^53, BOOL is 0 or 1. Every result of
 * FLOAT32 is computed in double and then rounded once, unless the algebra is {@linkplain ReferenceAlgebra#exact() exact}.
 */
public final class ReferenceTensor implements Tensor {
    private final ReferenceAlgebra algebra;
    private final DType type;
    private final Shape shape;
    private final double[] data;
    /** Whether this is a running statistic that a training step would update, so that batch norm uses the batch's own. */
    private final boolean moving;

    ReferenceTensor(ReferenceAlgebra algebra, DType type, Shape shape, double[] data) {
        this(algebra, type, shape, data, false);
    }

    private ReferenceTensor(ReferenceAlgebra algebra, DType type, Shape shape, double[] data, boolean moving) {
        if (shape.size() != data.length) {
            throw new IllegalStateException(shape + " does not hold " + data.length + " elements");
        }
        if (type == DType.FLOAT32 && !algebra.exact()) {
            for (int i = 0; i < data.length; i++) {
                data[i] = (float) data[i];
            }
        }
        this.algebra = algebra;
        this.type = type;
        this.shape = shape;
        this.data = data;
        this.moving = moving;
    }

    ReferenceTensor asMovingStatistic() {
        return new ReferenceTensor(algebra, type, shape, data, true);
    }

    static ReferenceTensor of(ReferenceAlgebra algebra, HostTensor value) {
        double[] data = new double[Math.toIntExact(value.shape().size())];
        ByteBuffer bytes = value.bytes();
        for (int i = 0; i < data.length; i++) {
            data[i] = switch (value.type()) {
                case FLOAT32 -> bytes.getFloat(4 * i);
                case INT64 -> bytes.getLong(8 * i);
                case UINT8 -> bytes.get(i) & 0xFF;
                case BOOL -> bytes.get(i) != 0 ? 1 : 0;
            };
        }
        return new ReferenceTensor(algebra, value.type(), value.shape(), data);
    }

    /** The elements; FLOAT32 is rounded here if it was not before. */
    public HostTensor toHost() {
        HostTensor host = HostTensor.allocate(type, shape);
        ByteBuffer bytes = host.bytes();
        for (double value : data) {
            switch (type) {
                case FLOAT32 -> bytes.putFloat((float) value);
                case INT64 -> bytes.putLong((long) value);
                case UINT8, BOOL -> bytes.put((byte) (int) value);
            }
        }
        return host;
    }

    /** A copy of the elements as they are computed with. */
    public double[] toDoubles() {
        return data.clone();
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
        return algebra;
    }

    // element-wise
    // -----------------------------------------------------------------------------------------------------

    @Override
    public Tensor plus(Tensor other) {
        return zip("plus", Checks.numbers("plus", this, other), other, (a, b) -> a + b);
    }

    @Override
    public Tensor minus(Tensor other) {
        return zip("minus", Checks.numbers("minus", this, other), other, (a, b) -> a - b);
    }

    @Override
    public Tensor times(Tensor other) {
        return zip("times", Checks.numbers("times", this, other), other, (a, b) -> a * b);
    }

    @Override
    public Tensor dividedBy(Tensor other) {
        Checks.floats("dividedBy", this, other);
        return zip("dividedBy", DType.FLOAT32, other, (a, b) -> a / b);
    }

    @Override
    public Tensor floorDividedBy(long divisor) {
        Checks.integers("floorDividedBy", this);
        Checks.divisor("floorDividedBy", divisor);
        return each(DType.INT64, x -> Math.floorDiv((long) x, divisor));
    }

    @Override
    public Tensor exp() {
        return map("exp", Math::exp);
    }

    @Override
    public Tensor log() {
        return map("log", Math::log);
    }

    @Override
    public Tensor sqrt() {
        return map("sqrt", Math::sqrt);
    }

    @Override
    public Tensor tanh() {
        return map("tanh", Math::tanh);
    }

    @Override
    public Tensor sigmoid() {
        return map("sigmoid", x -> 1 / (1 + Math.exp(-x)));
    }

    @Override
    public Tensor relu() {
        return map("relu", x -> Math.max(x, 0));
    }

    @Override
    public Tensor clamp(float min, float max) {
        return map("clamp", x -> Math.min(Math.max(x, min), max));
    }

    @Override
    public Tensor erf() {
        return map("erf", Erf::erf);
    }

    // comparison and choice
    // --------------------------------------------------------------------------------------------

    @Override
    public Tensor equalTo(Tensor other) {
        Checks.types("equalTo", List.of(), this, other);
        return zip("equalTo", DType.BOOL, other, (a, b) -> a == b ? 1 : 0);
    }

    @Override
    public Tensor lessThan(Tensor other) {
        Checks.numbers("lessThan", this, other);
        return zip("lessThan", DType.BOOL, other, (a, b) -> a < b ? 1 : 0);
    }

    @Override
    public Tensor and(Tensor other) {
        Checks.booleans("and", this, other);
        return zip("and", DType.BOOL, other, (a, b) -> a * b);
    }

    @Override
    public Tensor or(Tensor other) {
        Checks.booleans("or", this, other);
        return zip("or", DType.BOOL, other, Math::max);
    }

    @Override
    public Tensor not() {
        Checks.booleans("not", this);
        return each(DType.BOOL, x -> 1 - x);
    }

    @Override
    public Tensor choose(Tensor ifTrue, Tensor ifFalse) {
        Checks.booleans("choose", this);
        DType chosen = Checks.types("choose", List.of(), ifTrue, ifFalse);
        Shape result = Shapes.broadcast("choose", shape, ifTrue.shape(), ifFalse.shape());
        ReferenceTensor condition = broadcast(result);
        ReferenceTensor yes = of(ifTrue).broadcast(result);
        ReferenceTensor no = of(ifFalse).broadcast(result);
        return make(chosen, result, i -> condition.data[i] != 0 ? yes.data[i] : no.data[i]);
    }

    @Override
    public Tensor any() {
        Checks.booleans("any", this);
        return make(DType.BOOL, Shape.of(), i -> Arrays.stream(data).max().orElse(0));
    }

    // reduction
    // --------------------------------------------------------------------------------------------------------

    @Override
    public Tensor sum(boolean keepAxes, int... axes) {
        DType result = Checks.numbers("sum", this);
        double[] sums = Reductions.sums(this, Shapes.reduce("sum", shape, true, axes));
        return new ReferenceTensor(algebra, result, Shapes.reduce("sum", shape, keepAxes, axes), sums);
    }

    @Override
    public Tensor mean(boolean keepAxes, int... axes) {
        Checks.floats("mean", this);
        double[] means = Reductions.sums(this, Shapes.reduce("mean", shape, true, axes));
        for (int i = 0; i < means.length; i++) {
            means[i] /= (double) data.length / means.length;
        }
        return new ReferenceTensor(algebra, DType.FLOAT32, Shapes.reduce("mean", shape, keepAxes, axes), means);
    }

    @Override
    public Tensor max(boolean keepAxis, int axis) {
        Checks.floats("max", this);
        Shape result = Shapes.max(shape, keepAxis, axis);
        return new ReferenceTensor(
                algebra, DType.FLOAT32, result, Reductions.largest(this, Shapes.max(shape, true, axis)));
    }

    @Override
    public Tensor softmax(int axis) {
        double[] logarithms = logSoftmax("softmax", axis);
        return make(DType.FLOAT32, shape, i -> Math.exp(logarithms[i]));
    }

    @Override
    public Tensor logSoftmax(int axis) {
        return new ReferenceTensor(algebra, DType.FLOAT32, shape, logSoftmax("logSoftmax", axis));
    }

    private double[] logSoftmax(String operation, int axis) {
        Checks.floats(operation, this);
        return Reductions.logSoftmax(
                this, Shapes.softmax(operation, shape, axis).with(axis, 1));
    }

    @Override
    public TopK topK(Tensor k) {
        Checks.floats("topK", this);
        Checks.integers("topK", k);
        long count = k.shape().rank() == 0 ? (long) of(k).data[0] : Shape.UNKNOWN;
        Shape result = Shapes.topK(shape, k.shape(), count == Shape.UNKNOWN ? 0 : count);
        int[] places = Reductions.largestPlaces(this, (int) count);
        int extent = (int) shape.dim(-1);
        return new TopK(
                make(DType.FLOAT32, result, i -> data[places[i]]), make(DType.INT64, result, i -> places[i] % extent));
    }

    // form
    // -------------------------------------------------------------------------------------------------------------

    @Override
    public Tensor reshape(long... dims) {
        return new ReferenceTensor(algebra, type, FormShapes.reshape(shape, dims), data.clone());
    }

    @Override
    public Tensor transpose(int... axes) {
        Shape result = FormShapes.transpose(shape, axes);
        return pick(result, at -> {
            int[] source = new int[at.length];
            for (int i = 0; i < at.length; i++) {
                source[shape.axis(axes[i])] = at[i];
            }
            return source;
        });
    }

    @Override
    public Tensor expandDims(int axis) {
        return new ReferenceTensor(algebra, type, FormShapes.expandDims(shape, axis), data.clone());
    }

    @Override
    public Tensor squeeze(int axis) {
        return new ReferenceTensor(algebra, type, FormShapes.squeeze(shape, axis), data.clone());
    }

    @Override
    public Tensor slice(int axis, long from, long to) {
        Shape result = FormShapes.slice(shape, axis, from, to);
        int along = shape.axis(axis);
        int first = (int) (from < 0 ? from + shape.dim(along) : from);
        return pick(result, at -> {
            int[] source = at.clone();
            source[along] += first;
            return source;
        });
    }

    @Override
    public List<Tensor> split(int axis, int parts) {
        long extent = FormShapes.split(shape, axis, parts).dim(axis);
        List<Tensor> pieces = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            pieces.add(slice(axis, part * extent, (part + 1) * extent));
        }
        return pieces;
    }

    @Override
    public Tensor expand(long... dims) {
        return broadcast(FormShapes.expand(shape, dims));
    }

    @Override
    public Tensor expandAs(Tensor other) {
        return broadcast(FormShapes.expandAs(shape, other.shape()));
    }

    @Override
    public Tensor to(DType wanted) {
        return switch (wanted) {
            case FLOAT32 -> each(wanted, x -> x);
            case INT64 -> each(wanted, x -> (long) x);
            case UINT8 -> each(wanted, x -> (long) x & 0xFF);
            case BOOL -> each(wanted, x -> x != 0 ? 1 : 0);
        };
    }

    // indexing
    // ---------------------------------------------------------------------------------------------------------

    @Override
    public Tensor rows(Tensor indices) {
        Checks.integers("rows", indices);
        Shape result = FormShapes.rows(shape, indices.shape());
        ReferenceTensor index = of(indices).bounded("rows", shape.dim(0));
        int length = index.data.length == 0 ? 0 : (int) result.size() / index.data.length;
        return make(type, result, i -> data[(int) index.data[i / length] * length + i % length]);
    }

    @Override
    public Tensor gatherRows(Tensor indices) {
        Checks.integers("gatherRows", indices);
        Shape result = FormShapes.gatherRows(shape, indices.shape());
        ReferenceTensor index = of(indices).bounded("gatherRows", shape.dim(1));
        return pick(result, at -> {
            int[] source = at.clone();
            source[1] = (int) index.data[at[0] * (int) index.dim(1) + at[1]];
            return source;
        });
    }

    @Override
    public Tensor gather(int axis, Tensor indices) {
        Checks.integers("gather", indices);
        Shape result = FormShapes.gather(shape, axis, indices.shape());
        int along = shape.axis(axis);
        ReferenceTensor index = of(indices).bounded("gather", shape.dim(along));
        return pick(result, at -> {
            int[] source = at.clone();
            source[along] = (int) index.data[Positions.position(result, at)];
            return source;
        });
    }

    private ReferenceTensor bounded(String operation, long extent) {
        for (double index : data) {
            if (index < 0 || index >= extent) {
                throw new ShapeException(operation + ": index " + (long) index + " is not in 0.." + (extent - 1));
            }
        }
        return this;
    }

    // linear algebra and fused operations
    // ------------------------------------------------------------------------------

    @Override
    public Tensor matmul(Tensor other) {
        Checks.floats("matmul", this, other);
        Shape result = LayerShapes.matmul(shape, other.shape());
        double[] a = broadcast(result.with(-1, shape.dim(-1))).data;
        double[] b = of(other).broadcast(result.with(-2, shape.dim(-1))).data;
        return new ReferenceTensor(algebra, DType.FLOAT32, result, Layers.products(a, b, result));
    }

    @Override
    public Tensor linear(Tensor weight, @Nullable Tensor bias) {
        Checks.floats("linear", this, weight);
        Shape result = LayerShapes.linear(shape, weight.shape(), bias == null ? null : bias.shape());
        @Nullable ReferenceTensor b = bias == null ? null : floats("linear", bias);
        return new ReferenceTensor(
                algebra, DType.FLOAT32, result, Layers.linear(data, of(weight), b, (int) result.size()));
    }

    @Override
    public Tensor conv2d(Tensor weight, @Nullable Tensor bias, Convolution convolution) {
        Checks.floats("conv2d", this, weight);
        Shape result = LayerShapes.conv2d(shape, weight.shape(), bias == null ? null : bias.shape(), convolution);
        @Nullable ReferenceTensor b = bias == null ? null : floats("conv2d", bias);
        return new ReferenceTensor(
                algebra, DType.FLOAT32, result, Windows.convolve(this, of(weight), b, convolution, result));
    }

    @Override
    public Tensor batchNorm(
            Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, float epsilon, float momentum) {
        Checks.floats("batchNorm", this, runningMean, runningVar, weight, bias);
        LayerShapes.batchNorm(shape, runningMean.shape(), runningVar.shape(), weight.shape(), bias.shape());
        boolean ofBatch = algebra.training() && of(runningMean).moving;
        double[] result = ofBatch
                ? Layers.batchNorm(this, of(weight).data, of(bias).data, epsilon)
                : Layers.batchNorm(
                        this, of(runningMean).data, of(runningVar).data, of(weight).data, of(bias).data, epsilon);
        return new ReferenceTensor(algebra, DType.FLOAT32, shape, result);
    }

    @Override
    public Tensor layerNorm(Tensor weight, Tensor bias, float epsilon) {
        Checks.floats("layerNorm", this, weight, bias);
        LayerShapes.layerNorm(shape, weight.shape(), bias.shape());
        double[] result = Layers.layerNorm(data, of(weight).data, of(bias).data, epsilon);
        return new ReferenceTensor(algebra, DType.FLOAT32, shape, result);
    }

    @Override
    public Tensor maxPool2d(int kernel, int stride, int padding) {
        Checks.floats("maxPool2d", this);
        Shape result = LayerShapes.pool2d("maxPool2d", shape, kernel, stride, padding);
        return new ReferenceTensor(
                algebra, DType.FLOAT32, result, Windows.maximum(this, kernel, stride, padding, result));
    }

    @Override
    public Tensor avgPool2d(int kernel, int stride) {
        Checks.floats("avgPool2d", this);
        Shape result = LayerShapes.pool2d("avgPool2d", shape, kernel, stride, 0);
        return new ReferenceTensor(algebra, DType.FLOAT32, result, Windows.mean(this, result, (i, extent, windows) ->
                new int[] {i * stride, i * stride + kernel}));
    }

    @Override
    public Tensor adaptiveAvgPool2d(int rows, int columns) {
        Checks.floats("adaptiveAvgPool2d", this);
        Shape result = LayerShapes.adaptiveAvgPool2d(shape, rows, columns);
        // window i of w over n elements: floor(i n / w) to ceil((i + 1) n / w)
        return new ReferenceTensor(algebra, DType.FLOAT32, result, Windows.mean(this, result, (i, extent, windows) ->
                new int[] {i * extent / windows, ((i + 1) * extent + windows - 1) / windows}));
    }

    @Override
    public Tensor dropout(float p) {
        Checks.floats("dropout", this);
        Checks.probability("dropout", p);
        return this; // gradients are compared without dropout
    }

    @Override
    public Tensor noise() {
        Checks.floats("noise", this);
        return lessThan(this).to(DType.FLOAT32); // as without dropout
    }

    @Override
    public Tensor detached() {
        return this; // it knows no gradients
    }

    // parts
    // ------------------------------------------------------------------------------------------------------------

    double[] data() {
        return data;
    }

    static ReferenceTensor of(Tensor tensor) {
        return (ReferenceTensor) tensor;
    }

    private static ReferenceTensor floats(String operation, Tensor tensor) {
        Checks.floats(operation, tensor);
        return of(tensor);
    }

    private ReferenceTensor map(String operation, DoubleUnaryOperator function) {
        Checks.floats(operation, this);
        return each(DType.FLOAT32, function);
    }

    private ReferenceTensor each(DType result, DoubleUnaryOperator function) {
        return make(result, shape, i -> function.applyAsDouble(data[i]));
    }

    private ReferenceTensor zip(String operation, DType result, Tensor other, DoubleBinaryOperator function) {
        Shape both = Shapes.broadcast(operation, shape, other.shape());
        double[] a = broadcast(both).data;
        double[] b = of(other).broadcast(both).data;
        return make(result, both, i -> function.applyAsDouble(a[i], b[i]));
    }

    private ReferenceTensor make(DType result, Shape made, IntToDoubleFunction element) {
        return new ReferenceTensor(
                algebra,
                result,
                made,
                IntStream.range(0, (int) made.size()).mapToDouble(element).toArray());
    }

    private ReferenceTensor broadcast(Shape to) {
        if (shape.equals(to)) {
            return this;
        }
        int[] sources = Positions.sources(shape, to);
        return make(type, to, i -> data[sources[i]]);
    }

    /** Each element of the result from the place of this that {@code source} names. */
    private ReferenceTensor pick(Shape result, UnaryOperator<int[]> source) {
        int[] at = new int[result.rank()];
        double[] picked = new double[(int) result.size()];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = data[Positions.position(shape, source.apply(at))];
            Positions.next(result, at);
        }
        return new ReferenceTensor(algebra, type, result, picked);
    }
}
