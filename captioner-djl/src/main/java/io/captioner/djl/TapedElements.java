package io.captioner.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Small operations on leaves of a {@link Tape}: recorded there they cost less than libtorch's graph, which had to be cut and asked for
 * gradients again at each step of a recurrence.
 */
final class TapedElements {
    private final Tape tape;
    private final PtNDManager manager;
    private final Kernels kernels;

    TapedElements(Tape tape, PtNDManager manager, Kernels kernels) {
        this.tape = tape;
        this.manager = manager;
        this.kernels = kernels;
    }

    /** a + b of one shape. */
    PtNDArray plus(PtNDArray a, PtNDArray b) {
        PtNDArray sum = made(() -> JniUtils.add(a, b));
        tape.part(List.of(sum), List.of(a, b), arrived -> {
            PtNDArray d = only(arrived);
            tape.add(a, d, false);
            tape.add(b, d, false);
        });
        return sum;
    }

    /** a * b, element by element, of one shape. */
    PtNDArray times(PtNDArray a, PtNDArray b) {
        PtNDArray product = made(() -> JniUtils.mul(a, b));
        tape.part(List.of(product), List.of(a, b), arrived -> {
            PtNDArray d = only(arrived);
            if (tape.isLeaf(a)) {
                tape.add(a, owned(JniUtils.mul(d, b)), true);
            }
            if (tape.isLeaf(b)) {
                tape.add(b, owned(JniUtils.mul(d, a)), true);
            }
        });
        return product;
    }

    PtNDArray sigmoid(PtNDArray x) {
        PtNDArray y = made(() -> JniUtils.sigmoid(x));
        tape.part(
                List.of(y),
                List.of(x),
                arrived -> tape.add(x, kernels.sigmoidGradient(manager, only(arrived), y), true));
        return y;
    }

    /** Over the last axis. */
    PtNDArray softmax(PtNDArray x) {
        int last = x.getShape().dimension() - 1;
        PtNDArray y = made(() -> JniUtils.softmax(x, last, DataType.FLOAT32));
        tape.part(
                List.of(y),
                List.of(x),
                arrived -> tape.add(x, kernels.softmaxGradient(manager, only(arrived), y), true));
        return y;
    }

    /** The same elements in the same order. */
    PtNDArray reshape(PtNDArray x, long[] dims) {
        long[] before = x.getShape().getShape();
        PtNDArray y = made(() -> JniUtils.reshape(x, dims));
        tape.part(
                List.of(y), List.of(x), arrived -> tape.add(x, owned(JniUtils.reshape(only(arrived), before)), false));
        return y;
    }

    /** Equal parts, as leaves: libtorch would make a gradient of the whole's size for each part that it comes back from. */
    List<PtNDArray> split(DjlTensor whole, long size, int axis) {
        PtNDArray x = tape.cut(whole);
        List<PtNDArray> pieces = new ArrayList<>();
        for (NDArray piece : Libtorch.unrecorded(() -> JniUtils.split(x, size, axis))) {
            pieces.add(owned((PtNDArray) piece));
        }
        tape.part(pieces, List.of(x), arrived -> {
            PtNDArray[] all = new PtNDArray[pieces.size()];
            for (int i = 0; i < all.length; i++) {
                all[i] = orZeros(arrived.get(i), pieces.get(i));
            }
            tape.add(x, owned(JniUtils.cat(all, axis)), true);
        });
        return pieces;
    }

    /** A slice of a leaf, as a leaf: libtorch would make a gradient of the whole's size for each, and add them up. */
    PtNDArray slice(DjlTensor whole, int axis, long from, long to) {
        PtNDArray x = whole.array();
        PtNDArray piece = made(() -> JniUtils.slice(x, axis, from, to, 1));
        tape.part(List.of(piece), List.of(x), arrived -> tape.gradients().addPiece(x, only(arrived), axis, from, to));
        return piece;
    }

    static PtNDArray orZeros(@Nullable PtNDArray gradient, PtNDArray like) {
        return gradient != null ? gradient : Transfer.zerosLike(like);
    }

    private static PtNDArray only(List<@Nullable PtNDArray> arrived) {
        return Objects.requireNonNull(arrived.get(0));
    }

    private PtNDArray made(Supplier<PtNDArray> operation) {
        return owned(Libtorch.unrecorded(operation));
    }

    private PtNDArray owned(PtNDArray array) {
        array.attach(manager);
        return array;
    }
}
