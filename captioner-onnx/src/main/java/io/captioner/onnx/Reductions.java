package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.captioner.nn.Checks;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.List;
import java.util.stream.LongStream;

/** Operations that look at all elements along an axis. */
final class Reductions {
    private Reductions() {}

    static Tensor sum(GraphTensor x, boolean keepAxes, int... axes) {
        Checks.numbers("sum", x);
        Shape result = Shapes.reduce("sum", x.shape(), keepAxes, axes);
        if (x.shape().rank() == 0) {
            return x;
        }
        return x.record("ReduceSum", result, x.type(), x.with(x.builder().longs(allIfNone(x, axes))), keep(keepAxes));
    }

    static Tensor mean(GraphTensor x, boolean keepAxes, int... axes) {
        Checks.floats("mean", x);
        Shape result = Shapes.reduce("mean", x.shape(), keepAxes, axes);
        if (x.shape().rank() == 0) {
            return x;
        }
        AttributeProto all = Attributes.list("axes", allIfNone(x, axes));
        return x.record("ReduceMean", result, x.type(), x.with(), all, keep(keepAxes));
    }

    static Tensor max(GraphTensor x, boolean keepAxis, int axis) {
        Checks.numbers("max", x);
        Shape result = Shapes.max(x.shape(), keepAxis, axis);
        return x.record("ReduceMax", result, x.type(), x.with(), Attributes.list("axes", x.axes(axis)), keep(keepAxis));
    }

    /** Over all axes; the largest of numbers, since runtimes reduce no truth values. */
    static Tensor any(GraphTensor x) {
        Checks.booleans("any", x);
        GraphTensor numbers = x.cast(DType.INT64);
        return (x.shape().rank() == 0
                        ? numbers
                        : numbers.record("ReduceMax", Shape.of(), DType.INT64, numbers.with(), keep(false)))
                .to(DType.BOOL);
    }

    /** Softmax or its logarithm. */
    static Tensor softmax(GraphTensor x, String operation, String node, int axis) {
        Checks.floats(operation, x);
        return x.record(node, Shapes.softmax(operation, x.shape(), axis), x.type(), x.with(), x.axis(axis));
    }

    static TopK topK(GraphTensor x, GraphTensor k) {
        Checks.floats("topK", x);
        Checks.integers("topK", k);
        HostTensor count = k.value();
        long known = count == null ? Shape.UNKNOWN : count.longs().get(0);
        Shape result = Shapes.topK(x.shape(), k.shape(), known);
        Tensor list = count == null ? k.expandDims(0) : x.builder().longs(known);
        List<GraphTensor> both = x.builder()
                .record(
                        "TopK",
                        List.of(result, result),
                        List.of(x.type(), DType.INT64),
                        x.with(list),
                        Attributes.of("axis", -1));
        return new TopK(both.get(0), both.get(1));
    }

    private static AttributeProto keep(boolean keepAxes) {
        return Attributes.of("keepdims", keepAxes ? 1 : 0);
    }

    private static long[] allIfNone(GraphTensor x, int... axes) {
        return axes.length == 0 ? LongStream.range(0, x.shape().rank()).toArray() : x.axes(axes);
    }
}
