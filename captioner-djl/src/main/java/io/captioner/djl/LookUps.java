package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.FormShapes;
import io.captioner.nn.Shape;
import io.captioner.nn.Shapes;
import io.captioner.nn.Tensor;
import java.util.Arrays;

/** Elements and rows by their indices. */
final class LookUps {
    private LookUps() {}

    static Tensor rows(DjlTensor table, DjlTensor indices) {
        Shape result = FormShapes.rows(table.shape(), indices.shape());
        return table.make(rows(table.local(), table.shape(), indices, result), table.type(), result);
    }

    /** Row r of image n is row n * R + r of all rows: whole rows are copied, no index is repeated for each element. */
    static Tensor gatherRows(DjlTensor x, DjlTensor index) {
        Shape shape = x.shape();
        Shape result = FormShapes.gatherRows(shape, index.shape());
        long rows = shape.dim(1);
        Tensor flat = index;
        if (shape.dim(0) > 1) {
            Tensor first = x.algebra()
                    .range(Math.toIntExact(shape.dim(0)))
                    .times(x.algebra().scalar(rows))
                    .expandDims(1);
            flat = index.plus(first);
        }
        long[] dims = shape.toArray();
        long[] joined = Arrays.copyOfRange(dims, 1, dims.length);
        joined[0] = dims[0] * rows;
        DjlTensor all = DjlTensor.of(x.reshape(joined));
        return all.make(rows(all.array(), all.shape(), DjlTensor.of(flat), result), x.type(), result);
    }

    static Tensor gather(DjlTensor x, int axis, DjlTensor index) {
        Shape result = FormShapes.gather(x.shape(), axis, index.shape());
        int at = Shapes.axis("gather", x.shape(), axis);
        return x.make(JniUtils.gather(x.array(), index.array(), at), x.type(), result);
    }

    /** Rows of a table of any rank: (V, ...) as a matrix (V, all the rest). */
    private static PtNDArray rows(PtNDArray table, Shape shape, DjlTensor indices, Shape result) {
        if (shape.rank() == 2) {
            return JniUtils.embedding(indices.array(), table, false);
        }
        long[] matrix = {shape.dim(0), shape.dim(0) == 0 ? 1 : shape.size() / shape.dim(0)};
        PtNDArray rows = JniUtils.embedding(indices.array(), JniUtils.reshape(table, matrix), false);
        return JniUtils.reshape(rows, result.toArray());
    }
}
