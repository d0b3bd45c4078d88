package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The gradients of a {@link Tape}'s leaves, added up as they come in, and what waits until all of them are there.
 *
 * <p>A weight that several products share, a recurrent layer's above all, gets its gradient in one product over all of them:
 *
 * <pre>y_t = W x_t + b        dL/dW = sum_t (dL/dy_t) x_t^T        dL/db = sum_t dL/dy_t</pre>
 */
final class Gradients {
    private final PtNDManager manager;
    private final Kernels kernels;
    private final Map<PtNDArray, Sum> sums = new IdentityHashMap<>();
    private final Map<PtNDArray, Uses> uses = new IdentityHashMap<>();
    private final Map<PtNDArray, Uses> weighed = new IdentityHashMap<>();
    private final List<Scores> scores = new ArrayList<>();
    private final Map<PtNDArray, List<Piece>> pieces = new IdentityHashMap<>();

    /** @param own whether nothing else reads this memory, so that more may be added in place */
    private record Sum(PtNDArray array, boolean own) {}

    /** Of a weight: dL/dy and x of each; of a bias: dL/dy alone; of features: dL/dcontext and alpha of each. */
    private record Uses(List<PtNDArray> gradients, List<PtNDArray> inputs) {
        Uses() {
            this(new ArrayList<>(), new ArrayList<>());
        }
    }

    /** Of additive attention: a sum over uses of the same keys and v, from which gradients are made when it is complete. */
    private record Scores(PtNDArray keys, PtNDArray weight, boolean relu, PtNDArray sum) {}

    /** That of a slice from one element of an axis to before another. */
    private record Piece(PtNDArray gradient, int axis, long from, long to) {}

    Gradients(PtNDManager manager, Kernels kernels) {
        this.manager = manager;
        this.kernels = kernels;
    }

    /** @param own whether nothing else reads the gradient's memory */
    void add(PtNDArray leaf, PtNDArray gradient, boolean own) {
        Sum sum = sums.get(leaf);
        if (sum == null) {
            sums.put(leaf, new Sum(gradient, own));
        } else if (sum.own) {
            JniUtils.addi(sum.array, gradient);
        } else {
            PtNDArray added = JniUtils.add(sum.array, gradient);
            added.attach(manager);
            sums.put(leaf, new Sum(added, true));
        }
    }

    /** A use of a bias: dL/dy. */
    void addUse(PtNDArray bias, PtNDArray gradient) {
        uses.computeIfAbsent(bias, key -> new Uses()).gradients.add(gradient);
    }

    /** A use of a weight: dL/dy and x. */
    void addUse(PtNDArray weight, PtNDArray gradient, PtNDArray input) {
        Uses of = uses.computeIfAbsent(weight, key -> new Uses());
        of.gradients.add(gradient);
        of.inputs.add(input);
    }

    /** A use of features: dL/dcontext and alpha. */
    void addWeighing(PtNDArray features, PtNDArray gradient, PtNDArray alpha) {
        Uses of = weighed.computeIfAbsent(features, key -> new Uses());
        of.gradients.add(gradient);
        of.inputs.add(alpha);
    }

    /** Where derivatives of additive attention add up what they know of dL/dkeys. */
    PtNDArray scoresSum(PtNDArray keys, PtNDArray weight, boolean relu) {
        for (Scores known : scores) {
            if (known.keys == keys && known.weight == weight && known.relu == relu) {
                return known.sum;
            }
        }
        Scores begun = new Scores(keys, weight, relu, zeros(keys));
        scores.add(begun);
        return begun.sum;
    }

    private void addScores(Scores all) {
        if (all.relu) {
            List<PtNDArray> d = kernels.reluScoresSums(manager, all.keys, all.weight, all.sum);
            add(all.keys, d.get(0), true);
            add(all.weight, d.get(1), true);
        } else {
            JniUtils.muli(all.sum, all.weight);
            add(all.keys, all.sum, true);
        }
    }

    /** The gradient of a slice of the leaf. */
    void addPiece(PtNDArray leaf, PtNDArray gradient, int axis, long from, long to) {
        pieces.computeIfAbsent(leaf, key -> new ArrayList<>()).add(new Piece(gradient, axis, from, to));
    }

    /** Side by side where the pieces make up the whole; else each is added where it belongs. */
    private PtNDArray joined(PtNDArray leaf, List<Piece> all) {
        int axis = all.get(0).axis;
        List<Piece> sorted =
                all.stream().sorted(Comparator.comparingLong(Piece::from)).toList();
        long end = 0;
        for (Piece piece : sorted) {
            end = piece.axis == axis && piece.from == end ? piece.to : Long.MIN_VALUE;
        }
        if (end == leaf.getShape().get(axis)) {
            PtNDArray whole = JniUtils.cat(sorted.stream().map(Piece::gradient).toArray(PtNDArray[]::new), axis);
            whole.attach(manager);
            return whole;
        }
        PtNDArray sum = zeros(leaf);
        for (Piece piece : all) {
            try (PtNDArray place = JniUtils.slice(sum, piece.axis, piece.from, piece.to, 1)) {
                JniUtils.addi(place, piece.gradient);
            }
        }
        return sum;
    }

    private PtNDArray zeros(PtNDArray leaf) {
        PtNDArray zeros = Transfer.zerosLike(leaf);
        zeros.attach(manager);
        return zeros;
    }

    /** dL/dleaf of all that has come in, which others may read too; none where nothing has. */
    @Nullable
    PtNDArray of(PtNDArray leaf) {
        Uses used = uses.remove(leaf);
        if (used != null && used.inputs.isEmpty()) {
            add(leaf, kernels.biasGradient(manager, used.gradients), true);
        } else if (used != null) {
            add(leaf, kernels.weightGradient(manager, used.gradients, used.inputs), true);
        }
        Uses weighings = weighed.remove(leaf);
        if (weighings != null) {
            add(leaf, kernels.weighedGradient(manager, weighings.inputs, weighings.gradients), true);
        }
        List<Piece> parted = pieces.remove(leaf);
        if (parted != null) {
            add(leaf, joined(leaf, parted), true);
        }
        scores.removeIf(all -> {
            boolean complete = all.keys == leaf || all.weight == leaf;
            if (complete) {
                addScores(all);
            }
            return complete;
        });
        Sum sum = sums.get(leaf);
        return sum == null ? null : sum.array;
    }
}
