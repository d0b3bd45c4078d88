package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.captioner.nn.Shape;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Products on a {@link Tape}. */
final class TapedProducts {
    private final Tape tape;
    private final PtNDManager manager;
    private final Kernels kernels;
    private final boolean half;
    /** Arrays in bfloat16: what several products read is rounded once a step. */
    private final Map<PtNDArray, PtNDArray> rounded = new IdentityHashMap<>();

    /** Weights with their elements side by side, copied once a step. */
    private final Map<PtNDArray, PtNDArray> dense = new IdentityHashMap<>();

    /** Weights as oneDNN wants them, from the second product on; before it what is null. */
    private final Map<PtNDArray, @Nullable PtNDArray> packed = new IdentityHashMap<>();

    private final Map<PtNDArray, @Nullable PtNDArray> packedTurned = new IdentityHashMap<>();

    /** @param half whether products take their operands in bfloat16 */
    TapedProducts(Tape tape, PtNDManager manager, Kernels kernels, boolean half) {
        this.tape = tape;
        this.manager = manager;
        this.kernels = kernels;
        this.half = half;
    }

    /** x W^T + b. */
    PtNDArray linear(DjlTensor x, DjlTensor weight, @Nullable DjlTensor bias) {
        PtNDArray in = tape.cut(x);
        PtNDArray w = tape.cut(weight);
        @Nullable PtNDArray b = bias == null ? null : tape.cut(bias);
        PtNDArray y = kernels.linear(manager, operand(in), packed(packed, w, false), b);
        tape.part(List.of(y), b == null ? List.of(in, w) : List.of(in, w, b), arrived -> {
            PtNDArray dy = Objects.requireNonNull(arrived.get(0));
            PtNDArray d = operand(dy);
            if (tape.isLeaf(in)) {
                PtNDArray dx = half
                        ? kernels.inputGradientHalf(manager, d, weight(w))
                        : kernels.inputGradient(manager, d, packed(packedTurned, w, true));
                tape.add(in, dx, true);
            }
            if (tape.isLeaf(w)) {
                tape.gradients().addUse(w, d, operand(in));
            }
            if (b != null && tape.isLeaf(b)) {
                tape.gradients().addUse(b, dy);
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
        PtNDArray a = tape.cut(alpha);
        PtNDArray f = tape.cut(features);
        PtNDArray y = kernels.weigh(manager, operand(a), operand(f));
        tape.part(List.of(y), List.of(a, f), arrived -> {
            PtNDArray d = operand(Objects.requireNonNull(arrived.get(0)));
            if (tape.isLeaf(a)) {
                tape.add(a, kernels.weighGradient(manager, d, operand(f)), true);
            }
            if (tape.isLeaf(f)) {
                tape.gradients().addWeighing(f, d, operand(a));
            }
        });
        return y;
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
        return half ? rounded(array) : dense.computeIfAbsent(array, key -> kernels.dense(manager, key));
    }

    private PtNDArray operand(PtNDArray array) {
        return half ? rounded(array) : array;
    }

    private PtNDArray rounded(PtNDArray array) {
        return rounded.computeIfAbsent(array, key -> kernels.half(manager, key));
    }
}
