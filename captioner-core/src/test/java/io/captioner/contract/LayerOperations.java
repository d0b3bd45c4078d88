package io.captioner.contract;

import io.captioner.nn.Algebra;
import io.captioner.nn.Convolution;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;

/** The operations that layers are made of, and loops over them. */
final class LayerOperations extends OperationList {
    LayerOperations() {
        products();
        windows();
        norms();
        loops();
    }

    private void products() {
        smooth("matmul", x -> x.get(0).matmul(x.get(1)), floats(2, 3), floats(3, 4));
        smooth("matmul of vectors", x -> x.get(0).matmul(x.get(1)), floats(1, 3), floats(3, 1));
        smooth("matmul of batches", x -> x.get(0).matmul(x.get(1)), floats(2, 2, 3), floats(2, 3, 2));
        smooth("matmul broadcasts the left", x -> x.get(0).matmul(x.get(1)), floats(2, 3), floats(2, 3, 2));
        smooth("matmul broadcasts the right", x -> x.get(0).matmul(x.get(1)), floats(2, 2, 2, 3), floats(3, 2));
        smooth("matmul broadcasts both", x -> x.get(0).matmul(x.get(1)), floats(2, 1, 2, 3), floats(3, 3, 1));
        smooth("linear", x -> x.get(0).linear(x.get(1), x.get(2)), floats(2, 3), floats(4, 3), floats(4));
        smooth("linear without bias", x -> x.get(0).linear(x.get(1), null), floats(2, 3), floats(4, 3));
        smooth("linear of rank 1", x -> x.get(0).linear(x.get(1), x.get(2)), floats(3), floats(4, 3), floats(4));
        smooth(
                "linear of rank 4",
                x -> x.get(0).linear(x.get(1), x.get(2)),
                floats(2, 1, 2, 3),
                floats(2, 3),
                floats(2));
        smooth(
                "linear to one",
                x -> x.get(0).linear(x.get(1), x.get(2)).squeeze(-1),
                floats(2, 3, 4),
                floats(1, 4),
                floats(1));
        for (boolean relu : new boolean[] {true, false}) {
            String form = relu ? "relu" : "tanh";
            smooth(
                    "additiveWeights, " + form,
                    x -> x.get(0).additiveWeights(x.get(1), x.get(2), x.get(3), relu),
                    floats(2, 5, 4),
                    floats(2, 3, 4),
                    floats(1, 4),
                    floats(1));
            smooth(
                    "additiveWeights without bias, " + form,
                    x -> x.get(0).additiveWeights(x.get(1), x.get(2), null, relu),
                    floats(1, 3, 2),
                    floats(1, 1, 2),
                    floats(1, 2));
        }
    }

    private void windows() {
        conv("3x3", Convolution.of(1, 1), floats(2, 3, 5, 4), floats(4, 3, 3, 3), floats(4));
        conv("stride 2", Convolution.of(2, 1), floats(1, 2, 7, 6), floats(3, 2, 3, 3), floats(3));
        conv("1x1", Convolution.of(1, 0), floats(2, 3, 2, 3), floats(2, 3, 1, 1), floats(2));
        conv("same at stride 2, odd", Convolution.same(5, 6, 3, 2), floats(1, 2, 5, 6), floats(2, 2, 3, 3), floats(2));
        conv("same 5x5 at stride 2", Convolution.same(8, 7, 5, 2), floats(1, 1, 8, 7), floats(2, 1, 5, 5), floats(2));
        conv("depthwise", Convolution.of(1, 1).grouped(3), floats(2, 3, 4, 5), floats(3, 1, 3, 3), floats(3));
        conv(
                "depthwise, same at stride 2",
                Convolution.same(6, 5, 3, 2).grouped(3),
                floats(1, 3, 6, 5),
                floats(3, 1, 3, 3),
                floats(3));
        conv("two groups", Convolution.of(1, 1).grouped(2), floats(1, 4, 4, 4), floats(6, 2, 3, 3), floats(6));
        conv("uneven kernel", Convolution.of(1, 0), floats(1, 2, 4, 5), floats(2, 2, 2, 3), floats(2));
        conv("uneven padding", new Convolution(1, 2, 0, 0, 1, 1), floats(1, 1, 3, 3), floats(1, 1, 3, 3), floats(1));
        conv("patches", Convolution.of(4, 0), floats(1, 3, 8, 9), floats(2, 3, 4, 4), floats(2));
        smooth(
                "conv2d without bias",
                x -> x.get(0).conv2d(x.get(1), null, Convolution.of(1, 1)),
                floats(2, 2, 4, 4),
                floats(3, 2, 3, 3));
        smooth("maxPool2d", x -> x.get(0).maxPool2d(3, 2, 1), floats(2, 2, 7, 6));
        smooth("maxPool2d without padding", x -> x.get(0).maxPool2d(2, 2, 0), floats(1, 2, 4, 5));
        one("maxPool2d: padding never wins", x -> x.get(0).minus(9f).maxPool2d(3, 2, 1), floats(1, 1, 4, 4));
        smooth("avgPool2d", x -> x.get(0).avgPool2d(2, 2), floats(2, 2, 4, 6));
        smooth("avgPool2d with overlap", x -> x.get(0).avgPool2d(3, 1), floats(1, 2, 4, 5));
        for (int[] to : new int[][] {{1, 1}, {3, 2}, {7, 7}, {5, 4}, {10, 8}}) {
            smooth(
                    "adaptiveAvgPool2d to " + to[0] + "x" + to[1],
                    x -> x.get(0).adaptiveAvgPool2d(to[0], to[1]),
                    floats(2, 2, 5, 4));
        }
    }

    private void conv(String name, Convolution convolution, HostTensor... operands) {
        smooth("conv2d, " + name, x -> x.get(0).conv2d(x.get(1), x.get(2), convolution), operands);
    }

    private void norms() {
        for (long[] shape : new long[][] {{2, 3, 4, 2}, {3, 3}, {1, 3, 2}}) {
            one( // its gradients: GradientContract
                    "batchNorm",
                    x -> x.get(0).batchNorm(x.get(1), x.get(2), x.get(3), x.get(4), 1e-3f, 0.1f),
                    floats(shape),
                    floats(3),
                    positive(3),
                    floats(3),
                    floats(3));
        }
        for (long[] shape : new long[][] {{2, 3, 4}, {4}, {2, 4}}) {
            smooth(
                    "layerNorm",
                    x -> x.get(0).layerNorm(x.get(1), x.get(2), 1e-5f),
                    floats(shape),
                    floats(4),
                    floats(4));
        }
        smooth("dropout", x -> x.get(0).dropout(0.4f), floats(3, 4));
    }

    private void loops() {
        smoothMany(
                "loop over h = tanh(h W) with captures",
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Tensor outside = x.get(1).times(0.5f);
                    Tensor go = algebra.constant(HostTensor.ofBooleans(Shape.of(), true));
                    Algebra.Loop loop = algebra.loop(algebra.scalar(3L), go, List.of(x.get(0)), (t, state) -> {
                        Tensor h = state.get(0)
                                .matmul(outside)
                                .plus(x.get(1).slice(0, 0, 1))
                                .tanh();
                        return new Algebra.Turn(go, List.of(h), List.of(h.sum(false, 1)));
                    });
                    return List.of(loop.state().get(0), loop.emitted().get(0));
                },
                floats(2, 3),
                floats(3, 3));
    }
}
