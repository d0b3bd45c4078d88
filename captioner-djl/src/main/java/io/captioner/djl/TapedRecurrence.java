package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.nn.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What recurs with each word, on a {@link Tape}. */
final class TapedRecurrence {
    private final Tape tape;
    private final PtNDManager manager;
    private final Kernels kernels;
    private final Map<Shape, PtNDArray> rooms = new HashMap<>();

    TapedRecurrence(Tape tape, PtNDManager manager, Kernels kernels) {
        this.tape = tape;
        this.manager = manager;
        this.kernels = kernels;
    }

    /** h' and c' of {@link io.captioner.nn.Tensor#lstm}. */
    List<PtNDArray> lstm(DjlTensor gates, DjlTensor cell) {
        PtNDArray g = tape.cut(gates);
        PtNDArray c = tape.cut(cell);
        List<PtNDArray> made = kernels.lstm(manager, g, c); // h', c', bent gates, tanh c'
        List<PtNDArray> results = made.subList(0, 2);
        tape.part(results, List.of(g, c), arrived -> {
            List<PtNDArray> d = kernels.lstmGradient(
                    manager,
                    TapedElements.orZeros(arrived.get(0), results.get(0)),
                    TapedElements.orZeros(arrived.get(1), results.get(1)),
                    c,
                    made.get(2),
                    made.get(3));
            tape.add(g, d.get(0), true);
            tape.add(c, d.get(1), true);
        });
        return results;
    }

    /** The scores of {@link io.captioner.nn.Tensor#additiveWeights}; the bias (1) or none. */
    PtNDArray scores(DjlTensor keys, DjlTensor query, DjlTensor weight, @Nullable DjlTensor bias, boolean relu) {
        PtNDArray k = tape.cut(keys);
        PtNDArray q = tape.cut(query);
        PtNDArray v = tape.cut(weight);
        @Nullable PtNDArray b = bias == null ? null : tape.cut(bias);
        // scores, and room for the sums or the bent sums themselves
        List<PtNDArray> made = relu ? reluScores(k, q, v) : kernels.tanhScores(manager, k, q, v);
        PtNDArray e = made.get(0);
        if (b != null) {
            Libtorch.unrecorded(() -> JniUtils.addi(e, b));
        }
        tape.part(List.of(e), b == null ? List.of(k, q, v) : List.of(k, q, v, b), arrived -> {
            PtNDArray de = Objects.requireNonNull(arrived.get(0));
            PtNDArray sum = tape.gradients().scoresSum(k, v, relu);
            List<PtNDArray> d = relu
                    ? kernels.reluScoresGradient(manager, de, k, q, v, sum, made.get(1))
                    : kernels.tanhScoresGradient(manager, de, made.get(1), v, sum);
            tape.add(q, d.get(0), true);
            tape.add(v, d.get(1), true);
            if (b != null && tape.isLeaf(b)) {
                PtNDArray each = JniUtils.unsqueeze(de, -1); // (N, R, L, 1)
                each.attach(manager);
                tape.gradients().addUse(b, each);
            }
        });
        return e;
    }

    private List<PtNDArray> reluScores(PtNDArray keys, PtNDArray query, PtNDArray weight) {
        PtNDArray room = room(keys, query);
        return List.of(kernels.reluScores(manager, keys, query, weight, room), room);
    }

    /** For the sums of keys (N, L, A) and query (N, R, A): all words write to the same memory, which stays near the processor. */
    private PtNDArray room(PtNDArray keys, PtNDArray query) {
        long[] q = query.getShape().getShape();
        Shape sums = Shape.of(q[0], q[1], keys.getShape().get(1), q[2]);
        return rooms.computeIfAbsent(sums, shape -> Transfer.empty(manager, shape, DType.FLOAT32));
    }
}
