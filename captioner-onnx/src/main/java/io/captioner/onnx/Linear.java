package io.captioner.onnx;

import io.captioner.nn.Checks;
import io.captioner.nn.DType;
import io.captioner.nn.LayerShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import org.jspecify.annotations.Nullable;

/** x W^T + b in the forms that the runtime computes fastest. Weights stay in their own layout, so that each is stored once. */
final class Linear {
    private Linear() {}

    static Tensor record(GraphTensor x, Tensor weight, @Nullable Tensor bias) {
        Checks.floats("linear", bias == null ? new Tensor[] {x, weight} : new Tensor[] {x, weight, bias});
        Shape result = LayerShapes.linear(x.shape(), weight.shape(), bias == null ? null : bias.shape());
        if (x.shape().rank() == 2) {
            return x.record("Gemm", result, DType.FLOAT32, x.with(weight, bias), Attributes.of("transB", 1));
        }
        if (x.shape().rank() > 2 && weight.dim(0) == 1) {
            return score(x, weight, bias, result);
        }
        Tensor product = x.shape().rank() == 1
                ? x.expandDims(0).matmul(weight.transpose(1, 0)).squeeze(0)
                : x.matmul(weight.transpose(1, 0)); // the runtime transposes a stored weight once, when it loads
        return bias == null ? product : product.plus(bias);
    }

    /**
     * alpha = softmax(v . relu(k + q)) over keys, with one pass less over (N, R, L, A): relu(k + q) = max(k, -q) + q, and v . q, like a bias, adds
     * the same to the scores of all keys.
     */
    static Tensor reluWeights(GraphTensor keys, Tensor query, Tensor weight) {
        Checks.floats("additiveWeights", keys, query, weight);
        GraphTensor rows = (GraphTensor) keys.expandDims(1);
        Tensor turned = query.negate().expandDims(2);
        Shape shape = Shapes.broadcast("additiveWeights", rows.shape(), turned.shape());
        Tensor largest = rows.record("Max", shape, DType.FLOAT32, rows.with(turned)); // (N, R, L, A)
        return largest.linear(weight, null).squeeze(-1).softmax(-1); // (N, R, L)
    }

    /** (..., L, A) by one row (1, A): as w X^T, because a product with one column is slow. */
    private static Tensor score(GraphTensor x, Tensor weight, @Nullable Tensor bias, Shape result) {
        int rank = x.shape().rank();
        int[] axes = new int[rank];
        long[] dims = new long[rank];
        for (int i = 0; i < rank; i++) {
            axes[i] = i;
        }
        axes[rank - 2] = rank - 1;
        axes[rank - 1] = rank - 2;
        dims[rank - 2] = -1;
        dims[rank - 1] = 1;
        Tensor product = weight.matmul(x.transpose(axes)); // (..., 1, L)
        Tensor column = product.reshape(dims); // (..., L, 1)
        return bias == null ? column : column.plus(bias);
    }
}
