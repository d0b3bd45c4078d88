package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
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
    private final List<Part> parts = new ArrayList<>();
    private final Map<PtNDArray, Origin> leaves = new IdentityHashMap<>();
    private final Gradients gradients;
    private final TapedProducts products;
    private final TapedRecurrence recurrence;
    private final TapedElements elements;

    /** What passes the gradients of leaves on, of which one at least is there. */
    private record Part(List<PtNDArray> results, Derivative derivative) {}

    /** From dL/dresult of each result, none where the loss does not depend on it. */
    interface Derivative {
        void back(List<@Nullable PtNDArray> gradients);
    }

    /** @param half whether products take their operands in bfloat16 */
    Tape(PtNDManager manager, Kernels kernels, boolean half) {
        this.manager = manager;
        this.kernels = kernels;
        this.gradients = new Gradients(manager, kernels);
        this.products = new TapedProducts(this, manager, kernels, half);
        this.recurrence = new TapedRecurrence(this, manager, kernels);
        this.elements = new TapedElements(this, manager, kernels);
    }

    TapedProducts products() {
        return products;
    }

    TapedRecurrence recurrence() {
        return recurrence;
    }

    TapedElements elements() {
        return elements;
    }

    Gradients gradients() {
        return gradients;
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

    /** Whether a leaf is among these, and nothing that would have to be cut. */
    boolean reads(DjlTensor a, DjlTensor b) {
        boolean first = isLeaf(a.array());
        boolean second = isLeaf(b.array());
        return (first || second) && (first || a.origin() == null) && (second || b.origin() == null);
    }

    /** Makes leaves of a kernel's results if one of its operands is one. */
    void part(List<PtNDArray> results, List<PtNDArray> operands, Derivative derivative) {
        if (operands.stream().anyMatch(this::isLeaf)) {
            results.forEach(this::leaf);
            parts.add(new Part(results, derivative));
        }
    }

    /** @param own whether nothing else reads the gradient's memory */
    void add(PtNDArray leaf, PtNDArray gradient, boolean own) {
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
        Libtorch.unrecorded(() -> {
            PtNDArray one = Transfer.scalar(manager, 1, DType.FLOAT32);
            if (isLeaf(loss.array())) {
                add(loss.array(), one, true);
            } else if (loss.origin() != null) {
                back(loss.array(), loss.origin(), one);
            }
            // All that a leaf was used for comes later than it: when its turn is here, its gradient is complete.
            for (int i = parts.size() - 1; i >= 0; i--) {
                back(parts.get(i));
            }
        });
    }

    private void back(Part part) {
        List<@Nullable PtNDArray> arrived = new ArrayList<>();
        for (PtNDArray result : part.results) {
            arrived.add(gradients.of(result));
        }
        if (arrived.stream().anyMatch(Objects::nonNull)) {
            part.derivative.back(arrived);
        }
    }

    /** dL/dleaf, which others may read too; none where the loss does not depend on it. */
    @Nullable
    PtNDArray gradient(PtNDArray leaf) {
        return gradients.of(leaf);
    }
}
