package io.captioner.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.nn.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gradients through {@link Kernels}, of which libtorch knows no derivative. Where a kernel stands, libtorch's graph is cut: what goes in and
 * what comes out are leaves of their own, and the backward pass goes from cut to cut, the latest first.
 *
 * <p>A leaf may get gradients from several cuts, and from kernels. libtorch must not add those of its own up ({@code backward} and {@code
 * .grad}): of a first gradient it keeps not a copy but a view, of y = reshape(a) + reshape(b) the same memory for a and b, and adds the second
 * one to a in place, so b is wrong. Here libtorch is asked for the gradients from each cut ({@code torch.grad}), and they are added up in memory
 * that nothing else reads ({@link Gradients}).
 */
final class Tape {
    private final PtNDManager manager;
    private final Kernels kernels;
    private final boolean half;
    /** Arrays as products take them: a weight is copied or rounded once a step. */
    private final Map<PtNDArray, PtNDArray> operands = new IdentityHashMap<>();

    /** Weights as oneDNN wants them, from the second product on; before it what is null. */
    private final Map<PtNDArray, @Nullable PtNDArray> packed = new IdentityHashMap<>();

    private final Map<PtNDArray, @Nullable PtNDArray> packedTurned = new IdentityHashMap<>();

    private final List<Part> parts = new ArrayList<>();
    private final Map<PtNDArray, Origin> leaves = new IdentityHashMap<>();
    private final Gradients gradients;

    /** What passes the gradients of leaves on, of which one at least is there. */
    private record Part(List<PtNDArray> results, Derivative derivative) {}

    private interface Derivative {
        void back(List<@Nullable PtNDArray> gradients);
    }

    /** @param half whether products take their operands in bfloat16 */
    Tape(PtNDManager manager, Kernels kernels, boolean half) {
        this.manager = manager;
        this.kernels = kernels;
        this.half = half;
        this.gradients = new Gradients(manager, kernels);
    }

    /** Makes this an array that {@link #gradient} gives the gradient of after the backward pass. */
    PtNDArray leaf(PtNDArray array) {
        JniUtils.attachGradient(array, true);
        leaves.put(array, Origin.of(array));
        return array;
    }

    /** Of a leaf; none of an array that no gradient is taken of. */
    @Nullable
    Origin origin(PtNDArray array) {
        return leaves.get(array);
    }

    /** x W^T + b. */
    PtNDArray linear(DjlTensor x, DjlTensor weight, @Nullable DjlTensor bias) {
        PtNDArray in = cut(x);
        PtNDArray w = cut(weight);
        @Nullable PtNDArray b = bias == null ? null : cut(bias);
        PtNDArray y = kernels.linear(manager, operand(in), packed(packed, w, false), b);
        part(List.of(y), b == null ? List.of(in, w) : List.of(in, w, b), arrived -> {
            PtNDArray dy = Objects.requireNonNull(arrived.get(0));
            PtNDArray d = operand(dy);
            if (isLeaf(in)) {
                add(in, kernels.inputGradient(manager, d, packed(packedTurned, w, true)), true);
            }
            if (isLeaf(w)) {
                gradients.addUse(w, d, operand(in));
            }
            if (b != null && isLeaf(b)) {
                gradients.addUse(b, dy);
            }
        });
        return y;
    }

    /** Whether a product of one matrix for each image with another is one for {@link #matmul}. */
    boolean weighs(DjlTensor alpha, DjlTensor features) {
        Shape a = alpha.shape();
        Shape f = features.shape();
        return half && a.rank() == 3 && f.rank() == 3 && a.dim(0) == f.dim(0) && a.size() > 0 && f.size() > 0;
    }

    /** alpha (N, R, L) features (N, L, D): the features, that all steps share, are rounded once, and their gradient is one product. */
    PtNDArray matmul(DjlTensor alpha, DjlTensor features) {
        PtNDArray a = cut(alpha);
        PtNDArray f = cut(features);
        PtNDArray y = kernels.weigh(manager, operand(a), operand(f));
        part(List.of(y), List.of(a, f), arrived -> {
            PtNDArray d = operand(Objects.requireNonNull(arrived.get(0)));
            if (isLeaf(a)) {
                add(a, kernels.weighGradient(manager, d, operand(f)), true);
            }
            if (isLeaf(f)) {
                gradients.addWeighing(f, d, operand(a));
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
        part(results, List.of(g, c), arrived -> {
            List<PtNDArray> d = kernels.lstmGradient(
                    manager,
                    orZeros(arrived.get(0), results.get(0)),
                    orZeros(arrived.get(1), results.get(1)),
                    c,
                    made.get(2),
                    made.get(3));
            add(g, d.get(0), true);
            add(c, d.get(1), true);
        });
        return results;
    }

    /** The scores of {@link io.captioner.nn.Tensor#additiveWeights}, without a bias. */
    PtNDArray scores(DjlTensor keys, DjlTensor query, DjlTensor weight, boolean relu) {
        PtNDArray k = cut(keys);
        PtNDArray q = cut(query);
        PtNDArray v = cut(weight);
        List<PtNDArray> made = kernels.scores(manager, relu, k, q, v); // scores, bent sums
        part(made.subList(0, 1), List.of(k, q, v), arrived -> {
            PtNDArray sum = gradients.scaledSum(k, v);
            PtNDArray de = Objects.requireNonNull(arrived.get(0));
            List<PtNDArray> d = kernels.scoresGradient(manager, relu, de, made.get(1), v, sum);
            add(q, d.get(0), true);
            add(v, d.get(1), true);
        });
        return made.get(0);
    }

    /** Equal parts, as leaves: libtorch would make a gradient of the whole's size for each part that it comes back from. */
    List<PtNDArray> split(DjlTensor whole, long size, int axis) {
        PtNDArray x = cut(whole);
        PtNDArray free = JniUtils.detachGradient(x);
        free.attach(manager);
        List<PtNDArray> pieces = new ArrayList<>();
        for (NDArray piece : JniUtils.split(free, size, axis)) {
            piece.attach(manager);
            pieces.add((PtNDArray) piece);
        }
        part(pieces, List.of(x), arrived -> {
            PtNDArray[] all = new PtNDArray[pieces.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = orZeros(arrived.get(i), pieces.get(i));
            }
            PtNDArray joined = JniUtils.cat(all, axis);
            joined.attach(manager);
            add(x, joined, true);
        });
        return pieces;
    }

    /** A slice of a leaf, as a leaf: libtorch would make a gradient of the whole's size for each, and add them up. */
    PtNDArray slice(DjlTensor whole, int axis, long from, long to) {
        PtNDArray x = whole.array();
        PtNDArray free = JniUtils.detachGradient(x);
        free.attach(manager);
        PtNDArray piece = JniUtils.slice(free, axis, from, to, 1);
        piece.attach(manager);
        part(
                List.of(piece),
                List.of(x),
                arrived -> gradients.addPiece(x, Objects.requireNonNull(arrived.get(0)), axis, from, to));
        return piece;
    }

    /** What several products share, a recurrent layer's weight above all, is arranged for them once and not in each. */
    private PtNDArray packed(Map<PtNDArray, @Nullable PtNDArray> known, PtNDArray array, boolean turned) {
        PtNDArray weight = weight(array);
        if (!kernels.packs()) {
            return weight;
        }
        if (!known.containsKey(array)) {
            known.put(array, null);
            return weight;
        }
        PtNDArray arranged = known.get(array);
        if (arranged == null) {
            arranged = kernels.pack(manager, weight, turned);
            known.put(array, arranged);
        }
        return arranged;
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

    /**
     * The tensor's array as a leaf, from now on also to libtorch; one that no gradient is taken of as it is. What is read more than once is best
     * cut before: else libtorch goes all the way back from each reader.
     */
    PtNDArray cut(DjlTensor tensor) {
        PtNDArray source = tensor.array();
        Origin origin = tensor.origin();
        if (origin == null || isLeaf(source)) {
            return source;
        }
        source.attach(manager);
        PtNDArray leaf = JniUtils.detachGradient(source);
        leaf.attach(manager);
        leaf(leaf);
        parts.add(new Part(List.of(leaf), arrived -> back(source, origin, Objects.requireNonNull(arrived.get(0)))));
        tensor.replace(leaf, Objects.requireNonNull(origin(leaf)));
        return leaf;
    }

    boolean isLeaf(PtNDArray array) {
        return leaves.containsKey(array);
    }

    /** Makes leaves of a kernel's results if one of its operands is one. */
    private void part(List<PtNDArray> results, List<PtNDArray> operands, Derivative derivative) {
        if (operands.stream().anyMatch(this::isLeaf)) {
            results.forEach(this::leaf);
            parts.add(new Part(results, derivative));
        }
    }

    /** @param own whether nothing else reads the gradient's memory */
    private void add(PtNDArray leaf, PtNDArray gradient, boolean own) {
        if (isLeaf(leaf)) {
            gradients.add(leaf, gradient, own);
        }
    }

    /** From an array that libtorch made to the leaves that it made it of. */
    private void back(PtNDArray source, Origin origin, PtNDArray gradient) {
        List<PtNDArray> made = origin.leaves();
        List<PtNDArray> found = kernels.gradients(manager, source, made, gradient);
        for (int i = 0; i < made.size(); i++) {
            if (!Arrays.equals(found.get(i).getShape().getShape(), Kernels.NONE)) {
                add(made.get(i), found.get(i), false);
            }
        }
    }

    /** Makes the gradients of all leaves that the scalar depends on. */
    void backward(DjlTensor loss) {
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            PtNDArray one = Transfer.scalar(manager, 1, DType.FLOAT32);
            if (isLeaf(loss.array())) {
                add(loss.array(), one, true);
            } else if (loss.origin() != null) {
                back(loss.array(), loss.origin(), one);
            }
            // All that a leaf was used for comes later than it: when its turn is here, its gradient is complete.
            for (int i = parts.size() - 1; i >= 0; i--) {
                List<@Nullable PtNDArray> arrived = new ArrayList<>();
                for (PtNDArray result : parts.get(i).results) {
                    arrived.add(gradients.of(result));
                }
                if (arrived.stream().anyMatch(Objects::nonNull)) {
                    parts.get(i).derivative.back(arrived);
                }
            }
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    /** dL/dleaf, which others may read too; none where the loss does not depend on it. */
    @Nullable
    PtNDArray gradient(PtNDArray leaf) {
        return gradients.of(leaf);
    }
}
