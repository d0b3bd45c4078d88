package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gradients through {@link Kernels}, of which libtorch knows no derivative. Where a kernel stands, libtorch's graph is cut: what goes in and
 * what comes out are leaves of their own, and the backward pass goes from cut to cut, the latest first.
 *
 * <p>A weight that several products share, a recurrent layer's above all, gets its gradient in one product over all of them:
 *
 * <pre>y_t = W x_t + b        dL/dW = sum_t (dL/dy_t) x_t^T        dL/db = sum_t dL/dy_t</pre>
 */
final class Tape {
    private final PtNDManager manager;
    private final Kernels kernels;
    private final List<Part> parts = new ArrayList<>();
    private final Set<PtNDArray> leaves = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<PtNDArray, Uses> uses = new IdentityHashMap<>();
    private final Map<PtNDArray, PtNDArray> sums = new IdentityHashMap<>();

    /** What passes the gradient of a leaf on. */
    private record Part(PtNDArray result, Derivative derivative) {}

    private interface Derivative {
        void back(PtNDArray gradient);
    }

    /** Of a weight: dL/dy and x of each; of a bias: dL/dy alone. */
    private record Uses(List<PtNDArray> gradients, List<PtNDArray> inputs) {
        Uses() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    Tape(PtNDManager manager, Kernels kernels) {
        this.manager = manager;
        this.kernels = kernels;
    }

    /** Makes this array remember its gradient, which {@link #gradient} gives after the backward pass. */
    PtNDArray leaf(PtNDArray array) {
        JniUtils.attachGradient(array, true);
        leaves.add(array);
        return array;
    }

    /** x W^T + b. */
    PtNDArray linear(DjlTensor x, DjlTensor weight, @Nullable DjlTensor bias) {
        PtNDArray in = cut(x);
        PtNDArray w = cut(weight);
        @Nullable PtNDArray b = bias == null ? null : cut(bias);
        return part(kernels.linear(manager, in, w, b), dy -> {
            if (leaves.contains(in)) {
                add(in, kernels.inputGradient(manager, dy, w));
            }
            if (leaves.contains(w)) {
                Uses ofWeight = usesOf(w);
                ofWeight.gradients.add(dy);
                ofWeight.inputs.add(in);
            }
            if (b != null && leaves.contains(b)) {
                usesOf(b).gradients.add(dy);
            }
        });
    }

    /** The array as a leaf, from now on also to libtorch; one that no gradient is taken of as it is. */
    private PtNDArray cut(DjlTensor tensor) {
        PtNDArray source = tensor.array();
        if (!tensor.recorded() || leaves.contains(source)) {
            return source;
        }
        source.attach(manager);
        PtNDArray leaf = JniUtils.detachGradient(source);
        leaf.attach(manager);
        tensor.replace(part(leaf, gradient -> JniUtils.backward(source, gradient, true, false)));
        return leaf;
    }

    private PtNDArray part(PtNDArray result, Derivative derivative) {
        parts.add(new Part(leaf(result), derivative));
        return result;
    }

    private Uses usesOf(PtNDArray leaf) {
        return uses.computeIfAbsent(leaf, key -> new Uses());
    }

    private void add(PtNDArray leaf, PtNDArray gradient) {
        PtNDArray sum = sums.putIfAbsent(leaf, gradient);
        if (sum != null) {
            JniUtils.addi(sum, gradient);
        }
    }

    /** Makes the gradients of all leaves that the scalar depends on. */
    void backward(PtNDArray loss) {
        // libtorch refuses a scalar that depends on no leaf; with this one there always is one.
        PtNDArray always = Transfer.scalar(manager, 0, DType.FLOAT32);
        JniUtils.attachGradient(always, true);
        PtNDArray scalar = JniUtils.add(loss, always);
        scalar.attach(manager);
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        JniUtils.backward(scalar, Transfer.scalar(manager, 1, DType.FLOAT32), !parts.isEmpty(), false);
        // All that a leaf was used for comes later than it: when its turn is here, its gradient is complete.
        for (int i = parts.size() - 1; i >= 0; i--) {
            PtNDArray gradient = gradient(parts.get(i).result);
            if (gradient != null) {
                parts.get(i).derivative.back(gradient);
            }
        }
        JniUtils.setGradMode(recording);
    }

    /** dL/dleaf, or none where the loss does not depend on it. */
    @Nullable
    PtNDArray gradient(PtNDArray leaf) {
        Uses used = uses.remove(leaf);
        if (used != null) {
            add(
                    leaf,
                    used.inputs.isEmpty()
                            ? kernels.biasGradient(manager, used.gradients)
                            : kernels.weightGradient(manager, used.gradients, used.inputs));
        }
        PtNDArray ofGraph = JniUtils.getGradient(leaf);
        if (ofGraph == null) {
            return sums.get(leaf);
        }
        ofGraph.attach(manager);
        if (sums.containsKey(leaf)) {
            JniUtils.addi(ofGraph, Objects.requireNonNull(sums.remove(leaf)));
        }
        return ofGraph;
    }
}
