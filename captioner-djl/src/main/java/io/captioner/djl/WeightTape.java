package io.captioner.djl;

import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * The gradients of matrices that small products share, a recurrent layer's above all. libtorch would make one matrix of the weight's size per
 * product and add them up; the sum over all products is one product:
 *
 * <pre>y_t = W x_t + z_t, z_t = 0        dL/dW = sum_t (dL/dy_t) x_t^T,   dL/dy_t = dL/dz_t</pre>
 *
 * So the products here see W as a constant, a zero z_t listens to dL/dy_t, and W gets its gradient after the backward pass.
 */
final class WeightTape {
    private final PtNDManager manager;
    private final Map<PtNDArray, Shared> shared = new IdentityHashMap<>();
    private final Deque<Shared> latestFirst = new ArrayDeque<>();

    private record Shared(PtNDArray weight, PtNDArray constant, List<PtNDArray> inputs, List<PtNDArray> listeners) {}

    WeightTape(PtNDManager manager) {
        this.manager = manager;
    }

    /** Whether deferring costs less than a gradient of the weight's size: fewer rows than the weight has. */
    static boolean worthwhile(long rows, long out) {
        return rows * 2 <= out;
    }

    /** x W^T: x (rows, in), W (out, in). */
    PtNDArray product(PtNDArray x, PtNDArray weight, long rows, long out) {
        Shared entry = shared.computeIfAbsent(weight, this::share);
        PtNDArray listener = JniUtils.createZerosNdArray(
                manager,
                new ai.djl.ndarray.types.Shape(rows, out),
                ai.djl.ndarray.types.DataType.FLOAT32,
                manager.getDevice(),
                SparseFormat.DENSE);
        JniUtils.attachGradient(listener, true);
        entry.inputs.add(keep(JniUtils.detachGradient(x)));
        entry.listeners.add(listener);
        // z may stand in the place of the bias: one pass less over y.
        return JniUtils.linear(x, entry.constant, listener);
    }

    private Shared share(PtNDArray weight) {
        Shared entry = new Shared(weight, keep(JniUtils.detachGradient(weight)), new ArrayList<>(), new ArrayList<>());
        latestFirst.push(entry);
        return entry;
    }

    private PtNDArray keep(PtNDArray array) {
        array.attach(manager);
        return array;
    }

    /** Fills the gradients of all leaves that the scalar depends on. */
    void backward(PtNDArray loss) {
        // libtorch refuses a scalar that depends on no leaf; with this one there always is one.
        PtNDArray leaf = Transfer.scalar(manager, 0, DType.FLOAT32);
        JniUtils.attachGradient(leaf, true);
        JniUtils.backward(
                keep(JniUtils.add(loss, leaf)), Transfer.scalar(manager, 1, DType.FLOAT32), !shared.isEmpty(), false);
        // A weight that was itself computed passes its gradient on, maybe to the listeners of earlier ones: the latest
        // comes first.
        for (Shared entry : latestFirst) {
            List<PtNDArray> inputs = new ArrayList<>();
            List<PtNDArray> gradients = new ArrayList<>();
            for (int i = 0; i < entry.inputs.size(); i++) {
                PtNDArray gradient = JniUtils.getGradient(entry.listeners.get(i));
                if (gradient != null) {
                    gradients.add(gradient);
                    inputs.add(entry.inputs.get(i));
                }
            }
            if (!inputs.isEmpty()) {
                PtNDArray dy = JniUtils.cat(gradients.toArray(PtNDArray[]::new), 0); // (steps * rows, out)
                PtNDArray x = JniUtils.cat(inputs.toArray(PtNDArray[]::new), 0); // (steps * rows, in)
                JniUtils.setGradMode(false);
                PtNDArray dw = keep(JniUtils.matmul(JniUtils.transpose(dy, 0, 1), x)); // (out, in)
                JniUtils.setGradMode(true);
                JniUtils.backward(entry.weight, dw, true, false);
            }
        }
    }
}
