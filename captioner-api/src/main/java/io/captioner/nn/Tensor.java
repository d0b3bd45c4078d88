package io.captioner.nn;

import io.captioner.BackendException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the algebra in which models are written. What a tensor <em>is</em> depends on the backend that made it: an array
 * on a device, or the name of a node's output in a graph under construction. A model only combines tensors; it never reads
 * their elements, so that the same lines compute, record gradients or write a graph.
 *
 * <p>Conventions, the same on every backend:
 *
 * <ul>
 *   <li>Element-wise operations broadcast as NumPy and PyTorch do.
 *   <li>A negative axis counts from the end.
 *   <li>Layouts are PyTorch's: pictures (N, C, H, W), linear weights (out, in), convolution weights (out, in / groups, kh, kw).
 *   <li>Operands that do not fit throw {@link ShapeException} when the operation is written down, not when it runs.
 *   <li>Tensors are immutable and belong to the run or graph that made them; nobody closes them.
 * </ul>
 *
 * <p>Float operations take and give {@link DType#FLOAT32} unless the method says otherwise. Not thread-safe.
 */
public interface Tensor {
    /** Extents, with {@link Shape#UNKNOWN} where a traced graph does not know yet. */
    Shape shape();

    /** What the elements are. */
    DType type();

    /** The interpreter this tensor belongs to: the source of constants and loops. */
    Algebra algebra();

    /** Extent along {@code axis}, or {@link Shape#UNKNOWN}. */
    default long dim(int axis) {
        return shape().dim(axis);
    }

    // element-wise
    // -----------------------------------------------------------------------------------------------------

    /** this + other; FLOAT32 or INT64, both of one type. */
    Tensor plus(Tensor other);

    /** this - other; FLOAT32 or INT64, both of one type. */
    Tensor minus(Tensor other);

    /** this * other; FLOAT32 or INT64, both of one type. */
    Tensor times(Tensor other);

    /** this / other; FLOAT32. */
    Tensor dividedBy(Tensor other);

    default Tensor plus(float value) {
        return plus(algebra().scalar(value));
    }

    default Tensor minus(float value) {
        return minus(algebra().scalar(value));
    }

    default Tensor times(float value) {
        return times(algebra().scalar(value));
    }

    default Tensor dividedBy(float value) {
        return dividedBy(algebra().scalar(value));
    }

    /** floor(this / divisor) of non-negative INT64 values; divisor at least 1. */
    Tensor floorDividedBy(long divisor);

    /** this - divisor * floor(this / divisor) of non-negative INT64 values; divisor at least 1. */
    default Tensor remainder(long divisor) {
        return minus(floorDividedBy(divisor).times(algebra().scalar(divisor)));
    }

    default Tensor negate() {
        return times(-1f);
    }

    Tensor exp();

    /** Natural logarithm; -infinity of 0, NaN of less. */
    Tensor log();

    /** Square root; NaN of less than 0. */
    Tensor sqrt();

    Tensor tanh();

    /** 1 / (1 + exp(-x)). */
    Tensor sigmoid();

    /** max(x, 0). */
    Tensor relu();

    /** x limited to [min, max]; min is at most max. */
    Tensor clamp(float min, float max);

    /** The Gaussian error function. */
    Tensor erf();

    /** Gaussian error linear unit in its exact form, x * Phi(x) (Hendrycks and Gimpel 2016). */
    default Tensor gelu() {
        return times(0.5f).times(times((float) Math.sqrt(0.5)).erf().plus(1f));
    }

    // comparison and choice
    // --------------------------------------------------------------------------------------------

    /** Element-wise equality of two tensors of one type; BOOL. */
    Tensor equalTo(Tensor other);

    /** Element-wise this &lt; other, FLOAT32 or INT64, both of one type; BOOL. */
    Tensor lessThan(Tensor other);

    /** Element-wise and of BOOL tensors. */
    Tensor and(Tensor other);

    /** Element-wise or of BOOL tensors. */
    Tensor or(Tensor other);

    /** Element-wise negation of a BOOL tensor. */
    Tensor not();

    /** Of a BOOL tensor: ifTrue where it holds, else ifFalse; the three broadcast, both choices have one type. */
    Tensor choose(Tensor ifTrue, Tensor ifFalse);

    /** Whether any element of a BOOL tensor holds; a BOOL scalar. */
    Tensor any();

    // reduction
    // --------------------------------------------------------------------------------------------------------

    /** Sum over {@code axes} (all when none is named); FLOAT32 or INT64. */
    Tensor sum(boolean keepAxes, int... axes);

    /** Mean over {@code axes} (all when none is named). */
    Tensor mean(boolean keepAxes, int... axes);

    /** Largest element along {@code axis}. */
    Tensor max(boolean keepAxis, int axis);

    /** exp(x) / sum(exp(x)) along {@code axis}. */
    Tensor softmax(int axis);

    /** log(softmax(x)) along {@code axis}, without overflow. */
    Tensor logSoftmax(int axis);

    /**
     * The {@code k} largest elements along the last axis in descending order. Ties are broken by the lower index.
     *
     * @param k INT64 scalar, at least 1 and at most the last extent
     */
    TopK topK(Tensor k);

    // form
    // -------------------------------------------------------------------------------------------------------------

    /** The same elements in row-major order under other extents; 0 keeps the extent at that place, one -1 is inferred. */
    Tensor reshape(long... dims);

    /** Axes reordered: axis i of the result is axis {@code axes[i]} of this. */
    Tensor transpose(int... axes);

    /** A new axis of extent 1 before {@code axis}; -1 appends it. */
    Tensor expandDims(int axis);

    /** Drops {@code axis}, whose extent is 1. */
    Tensor squeeze(int axis);

    /** Elements {@code from} (inclusive) to {@code to} (exclusive) along {@code axis}; negative bounds count from the end,
     * {@code to} may be {@link Long#MAX_VALUE} for the end. */
    Tensor slice(int axis, long from, long to);

    /** {@code parts} equal pieces along {@code axis}, whose extent is known and divisible by it. */
    List<Tensor> split(int axis, int parts);

    /** Repeats axes of extent 1 until they have these extents; -1 keeps an extent. The rank stays. */
    Tensor expand(long... dims);

    /** Repeats axes of extent 1 until this has the shape of {@code other}; of equal rank. */
    Tensor expandAs(Tensor other);

    /** The elements as {@code type}: float to integer truncates, anything to BOOL is "not 0", BOOL to a number is 0 or 1. */
    Tensor to(DType type);

    // indexing
    // ---------------------------------------------------------------------------------------------------------

    /** Rows of this table: (V, ...) at INT64 indices (...) gives (indices..., ...). The embedding look-up. */
    Tensor rows(Tensor indices);

    /** result[n, k, ...] = this[n, index[n, k], ...]: this (N, R, ...), index (N, K) INT64. Reorders beams. */
    Tensor gatherRows(Tensor index);

    /** Along {@code axis}, as torch.gather: index is INT64, of equal rank and of equal extents on all other axes. */
    Tensor gather(int axis, Tensor index);

    // linear algebra and fused operations
    // ------------------------------------------------------------------------------

    /** Matrix product over the last two axes; leading axes broadcast. Both operands have rank 2 or more. */
    Tensor matmul(Tensor other);

    /** x W^T + b: this (..., in), weight (out, in), bias (out) or none. */
    Tensor linear(Tensor weight, @Nullable Tensor bias);

    /**
     * The new hidden and cell state of a long short-term memory (Hochreiter and Schmidhuber 1997): this (..., 4H) are the sums of the gates i, f, g,
     * o, before they are bent.
     *
     * @param cell c (..., H)
     * @return h' and c' (..., H)
     */
    default List<Tensor> lstm(Tensor cell) {
        List<Tensor> ifgo = split(-1, 4);
        Tensor i = ifgo.get(0).sigmoid();
        Tensor f = ifgo.get(1).sigmoid();
        Tensor g = ifgo.get(2).tanh();
        Tensor o = ifgo.get(3).sigmoid();
        // c' = f * c + i * g      h' = o * tanh(c')
        Tensor next = f.times(cell).plus(i.times(g));
        return List.of(o.times(next.tanh()), next);
    }

    /**
     * The weights of additive attention (Bahdanau et al. 2015): alpha = softmax(e) over the keys, e = v . relu(k + q) + b for each key k and
     * query q; this are the keys (N, L, A).
     *
     * @param query (N, R, A)
     * @param weight v (1, A)
     * @param bias b (1), or none; it adds the same to the scores of all keys, so that the weights do not depend on it
     * @param relu true for relu, false for tanh
     * @return (N, R, L)
     */
    default Tensor additiveWeights(Tensor query, Tensor weight, @Nullable Tensor bias, boolean relu) {
        Tensor sum = expandDims(1).plus(query.expandDims(2)); // (N, R, L, A)
        Tensor bent = relu ? sum.relu() : sum.tanh();
        return bent.linear(weight, bias).squeeze(-1).softmax(-1);
    }

    /** Two-dimensional cross-correlation: this (N, C, H, W), weight (O, C / groups, kh, kw), bias (O) or none. */
    Tensor conv2d(Tensor weight, @Nullable Tensor bias, Convolution convolution);

    /**
     * Batch normalisation over axis 1 of (N, C, ...): (x - mean) / sqrt(variance + epsilon) * weight + bias (Ioffe and Szegedy 2015).
     * In inference, and in training when the statistics are frozen, by the running statistics; else by those of the batch, and the
     * running ones move towards them by {@code momentum} (PyTorch's meaning: new = (1 - momentum) * old + momentum * batch).
     */
    Tensor batchNorm(Tensor runningMean, Tensor runningVar, Tensor weight, Tensor bias, float epsilon, float momentum);

    /** Normalisation of the last axis to mean 0 and variance 1, then * weight + bias (Ba et al. 2016). */
    Tensor layerNorm(Tensor weight, Tensor bias, float epsilon);

    /**
     * Largest element of each square window of (N, C, H, W): (N, C, H', W') with H' = floor((H + 2 padding - kernel) / stride) + 1, W' alike. Padding
     * never wins.
     *
     * @param kernel side of a window, at least 1 and no more than the padded picture has
     * @param stride from window to window, at least 1
     * @param padding on each side, 0 to half the kernel
     */
    Tensor maxPool2d(int kernel, int stride, int padding);

    /** Mean of each square window of (N, C, H, W), without padding; kernel and stride as in {@link #maxPool2d}. */
    Tensor avgPool2d(int kernel, int stride);

    /** Mean pooling of (N, C, H, W), H and W known, to exactly (N, C, rows, columns), with PyTorch's windows. */
    Tensor adaptiveAvgPool2d(int rows, int columns);

    /** In training: zeroes each element with probability {@code p}, 0 to below 1, and scales the others by 1 / (1 - p). Else this itself. */
    Tensor dropout(float p);

    /** In training: independent standard normal numbers in this shape, from the same seed as dropout. Else zeros, their mean. */
    default Tensor noise() {
        if (algebra().training()) {
            throw new BackendException("this backend draws no noise in training; train on one that does");
        }
        return lessThan(this).to(DType.FLOAT32);
    }

    /** The same values, as constants: no gradient goes through them. */
    default Tensor detached() {
        if (algebra().training()) {
            throw new BackendException("this backend cannot hold gradients back; train on one that can");
        }
        return this;
    }
}
