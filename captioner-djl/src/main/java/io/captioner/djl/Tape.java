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
    private final boolean half;
    /** Arrays as products take them: a weight is copied or rounded once a step. */
    private final Map<PtNDArray, PtNDArray> operands = new IdentityHashMap<>();

    private final List<Part> parts = new ArrayList<>();
    private final Set<PtNDArray> leaves = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<PtNDArray, Uses> uses = new IdentityHashMap<>();
    private final Map<PtNDArray, PtNDArray> sums = new IdentityHashMap<>();

    private final Map<PtNDArray, Scaled> scaled = new IdentityHashMap<>();

    /** What passes the gradients of leaves on, of which one at least is there. */
    private record Part(List<PtNDArray> results, Derivative derivative) {}

    private interface Derivative {
        void back(List<@Nullable PtNDArray> gradients);
    }

    /** A sum whose elements all have a factor: it waits until the sum is complete. */
    private record Scaled(PtNDArray sum, PtNDArray factor) {}

    /** Of a weight: dL/dy and x of each; of a bias: dL/dy alone. */
    private record Uses(List<PtNDArray> gradients, List<PtNDArray> inputs) {
        Uses() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** @param half whether products take their operands in bfloat16 */
    Tape(PtNDManager manager, Kernels kernels, boolean half) {
        this.manager = manager;
        this.kernels = kernels;
        this.half = half;
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
        PtNDArray y = kernels.linear(manager, half, operand(in), weight(w), b);
        part(List.of(y), gradients -> {
            PtNDArray dy = Objects.requireNonNull(gradients.get(0));
            PtNDArray d = operand(dy);
            if (leaves.contains(in)) {
                add(in, kernels.inputGradient(manager, half, d, weight(w)));
            }
            if (leaves.contains(w)) {
                Uses ofWeight = usesOf(w);
                ofWeight.gradients.add(d);
                ofWeight.inputs.add(operand(in));
            }
            if (b != null && leaves.contains(b)) {
                usesOf(b).gradients.add(dy);
            }
        });
        return y;
    }

    /** h' and c' of {@link io.captioner.nn.Tensor#lstm}. */
    List<PtNDArray> lstm(DjlTensor gates, DjlTensor cell) {
        PtNDArray g = cut(gates);
        PtNDArray c = cut(cell);
        List<PtNDArray> made = kernels.lstm(manager, g, c); // h', c', bent gates, tanh c'
        List<PtNDArray> results = made.subList(0, 2);
        part(results, gradients -> {
            List<PtNDArray> d = kernels.lstmGradient(
                    manager,
                    orZeros(gradients.get(0), results.get(0)),
                    orZeros(gradients.get(1), results.get(1)),
                    c,
                    made.get(2),
                    made.get(3));
            addIfLeaf(g, d.get(0));
            addIfLeaf(c, d.get(1));
        });
        return results;
    }

    /** Of {@link io.captioner.nn.Tensor#additiveScores}, without a bias. */
    PtNDArray scores(DjlTensor keys, DjlTensor query, DjlTensor weight, boolean relu) {
        PtNDArray k = cut(keys);
        PtNDArray q = cut(query);
        PtNDArray v = cut(weight);
        List<PtNDArray> made = kernels.scores(manager, relu, k, q, v); // scores, bent sums
        part(made.subList(0, 1), gradients -> {
            Scaled ofKeys = scaled.get(k);
            if (ofKeys == null || ofKeys.factor != v) {
                if (ofKeys != null) {
                    addScaled(k, ofKeys);
                }
                ofKeys = new Scaled(Transfer.zeros(manager, keys.shape()), v);
                scaled.put(k, ofKeys);
            }
            PtNDArray de = Objects.requireNonNull(gradients.get(0));
            List<PtNDArray> d = kernels.scoresGradient(manager, relu, de, made.get(1), v, ofKeys.sum);
            addIfLeaf(q, d.get(0));
            addIfLeaf(v, d.get(1));
        });
        return made.get(0);
    }

    private PtNDArray weight(PtNDArray array) {
        return half ? operand(array) : operands.computeIfAbsent(array, key -> kernels.dense(manager, key));
    }

    private PtNDArray operand(PtNDArray array) {
        return half ? operands.computeIfAbsent(array, key -> kernels.half(manager, key)) : array;
    }

    private static PtNDArray orZeros(@Nullable PtNDArray gradient, PtNDArray like) {
        return gradient != null ? gradient : Transfer.zerosLike(like);
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
        part(List.of(leaf), gradients -> JniUtils.backward(source, gradients.get(0), true, false));
        tensor.replace(leaf);
        return leaf;
    }

    private void part(List<PtNDArray> results, Derivative derivative) {
        results.forEach(this::leaf);
        parts.add(new Part(results, derivative));
    }

    private Uses usesOf(PtNDArray leaf) {
        return uses.computeIfAbsent(leaf, key -> new Uses());
    }

    private void addIfLeaf(PtNDArray array, PtNDArray gradient) {
        if (leaves.contains(array)) {
            add(array, gradient);
        }
    }

    private void addScaled(PtNDArray leaf, Scaled part) {
        JniUtils.muli(part.sum, part.factor);
        addIfLeaf(leaf, part.sum);
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
            List<@Nullable PtNDArray> gradients = new ArrayList<>();
            for (PtNDArray result : parts.get(i).results) {
                gradients.add(gradient(result));
            }
            if (gradients.stream().anyMatch(Objects::nonNull)) {
                parts.get(i).derivative.back(gradients);
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
                            : kernels.weightGradient(manager, half, used.gradients, used.inputs));
        }
        Scaled waiting = scaled.remove(leaf);
        if (waiting != null) {
            addScaled(leaf, waiting);
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
