package io.captioner.djl;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDList;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.nn.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * What libtorch computes fast but DJL cannot call: {@code kernels.py}, a TorchScript archive that is put together here. Products on the CPU go
 * to oneDNN where this libtorch has it: on a processor of AMD it multiplies twice as fast as the MKL behind libtorch's own. Nothing records gradients.
 */
final class Kernels {
    private static final String SOURCE = "kernels.py";
    /** A system property: {@code false} leaves products to libtorch's own choice. */
    static final String SWITCH = "io.captioner.djl.onednn";

    /** The shape of no gradient. */
    static final long[] NONE = {0};

    private static final String ONE_DNN =
            "ops.mkldnn._linear_pointwise($1, $2, $3, \"none\", annotate(List[Optional[number]], []), \"\")";
    private static final String PACKED = "ops.mkldnn._reorder_linear_weight($1, None)";
    static final String LIBTORCH = "torch.linear($1, $2, $3)";

    private final PtNDManager manager;
    private final PtSymbolBlock module;
    private final Map<String, PtNDArray> methods = new ConcurrentHashMap<>();
    private final boolean packs;

    private Kernels(PtNDManager manager, PtSymbolBlock module, boolean packs) {
        this.manager = manager;
        this.module = module;
        this.packs = packs;
    }

    /** Belongs to the manager. */
    static Kernels load(PtNDManager manager) {
        boolean gpu = manager.getDevice().isGpu();
        String product = product(System.getProperty("os.arch"), gpu, System.getProperty(SWITCH, "true"));
        return orElse(manager, product, LIBTORCH);
    }

    /** On x86, where the measurements are from that speak for oneDNN. */
    static String product(String architecture, boolean gpu, String oneDnn) {
        boolean x86 = architecture.equals("amd64") || architecture.equals("x86_64");
        return x86 && !gpu && !oneDnn.equals("false") ? ONE_DNN : LIBTORCH;
    }

    static Kernels orElse(PtNDManager manager, String product, String other) {
        try {
            Kernels kernels = load(manager, product);
            kernels.probe();
            return kernels;
        } catch (EngineException e) {
            // This libtorch was built without oneDNN, or its oneDNN does not know this processor.
            return load(manager, other);
        }
    }

    /** Multiplies once, so that what is missing is missing now. */
    private void probe() {
        try (PtNDManager owner = (PtNDManager) manager.newSubManager()) {
            PtNDArray matrix = Transfer.zeros(owner, Shape.of(2, 3));
            linear(owner, matrix, matrix, Transfer.zeros(owner, Shape.of(2)));
        }
    }

    /**
     * Belongs to the manager.
     *
     * @param product x ($1), W ($2), b or None ($3) to x W^T + b
     */
    static Kernels load(PtNDManager manager, String product) {
        try (InputStream archive = new ByteArrayInputStream(archive(product))) {
            return new Kernels(manager, JniUtils.loadModule(manager, archive, false, false), product.equals(ONE_DNN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A zip with the source and a pickle of the one object, whose only field is "training". */
    private static byte[] archive(String product) throws IOException {
        String code = source().replaceAll("PRODUCT\\((\\w+), (\\w+), (\\w+)\\)", product)
                .replaceAll("PACKED\\((\\w+)\\)", product.equals(ONE_DNN) ? PACKED : "$1");
        String object = "\u0080\u0002c__torch__\nKernels\n)\u0081}(X\b\0\0\0training\u0089ub.";
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            put(zip, "data.pkl", object);
            put(zip, "code/__torch__.py", code);
            put(zip, "constants.pkl", "\u0080\u0002)."); // no constants: ()
            put(zip, "version", "3\n");
        }
        return bytes.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, String content) throws IOException {
        zip.putNextEntry(new ZipEntry("kernels/" + name));
        zip.write(content.getBytes(StandardCharsets.ISO_8859_1));
        zip.closeEntry();
    }

    private static String source() throws IOException {
        try (InputStream in = Objects.requireNonNull(Kernels.class.getResourceAsStream(SOURCE), SOURCE)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /**
     * dL/dleaf of each leaf of libtorch's graph that an array was made of; in the place of one that it does not depend on stands an array of no
     * elements. They may lie in the same memory, or in that of dL/darray.
     */
    List<PtNDArray> gradients(PtNDManager owner, PtNDArray array, List<PtNDArray> leaves, PtNDArray gradient) {
        List<PtNDArray> arguments = new ArrayList<>(List.of(array, gradient));
        arguments.addAll(list("leaves", leaves));
        return call(owner, "gradients", arguments);
    }

    /** As products take a weight, so that they need not copy it: its elements side by side. */
    PtNDArray dense(PtNDManager owner, PtNDArray weight) {
        return call(owner, "dense", weight);
    }

    /** Whether {@link #pack} gives something else than its weight. */
    boolean packs() {
        return packs;
    }

    /**
     * A weight of {@link #linear}, or turned of {@link #inputGradient}, arranged for many products: it goes to these alone.
     *
     * @param weight FLOAT32 by {@link #dense} or by {@link #half}
     */
    PtNDArray pack(PtNDManager owner, PtNDArray weight, boolean turned) {
        return call(owner, turned ? "pack_turned" : "pack", weight);
    }

    /** In bfloat16: an operand of products with others in bfloat16. */
    PtNDArray half(PtNDManager owner, PtNDArray array) {
        return call(owner, "half", array);
    }

    /** x W^T + b: x (..., in), W (out, in), both FLOAT32 or both by {@link #half}, b (out) or none. */
    PtNDArray linear(PtNDManager owner, PtNDArray x, PtNDArray weight, @Nullable PtNDArray bias) {
        return bias == null ? call(owner, "product", x, weight) : call(owner, "linear", x, weight, bias);
    }

    /** dL/dx of {@link #linear} in FLOAT32. */
    PtNDArray inputGradient(PtNDManager owner, PtNDArray gradient, PtNDArray weight) {
        return call(owner, "input_gradient", gradient, weight);
    }

    /** The same of operands by {@link #half}, the weight as it lies. */
    PtNDArray inputGradientHalf(PtNDManager owner, PtNDArray gradient, PtNDArray weight) {
        return call(owner, "input_gradient_half", gradient, weight);
    }

    /** dL/dW of uses of a weight, from dL/dy and x of each. */
    PtNDArray weightGradient(PtNDManager owner, List<PtNDArray> gradients, List<PtNDArray> inputs) {
        return call(owner, "weight_gradient", lists("dys", gradients, "xs", inputs))
                .get(0);
    }

    /** dL/db of uses of a bias, from dL/dy of each. */
    PtNDArray biasGradient(PtNDManager owner, List<PtNDArray> gradients) {
        return call(owner, "bias_gradient", list("dys", gradients)).get(0);
    }

    /** alpha (N, R, L) features (N, L, D), both by {@link #half}, to FLOAT32 (N, R, D). */
    PtNDArray weigh(PtNDManager owner, PtNDArray alpha, PtNDArray features) {
        return call(owner, "weigh", alpha, features);
    }

    /** dL/dalpha of {@link #weigh}, of a gradient by {@link #half}. */
    PtNDArray weighGradient(PtNDManager owner, PtNDArray gradient, PtNDArray features) {
        return call(owner, "weigh_gradient", gradient, features);
    }

    /** dL/dfeatures of uses of the same features, from alpha and dL/dcontext of each. */
    PtNDArray weighedGradient(PtNDManager owner, List<PtNDArray> alphas, List<PtNDArray> gradients) {
        return call(owner, "weighed_gradient", lists("alphas", alphas, "dys", gradients))
                .get(0);
    }

    /** h', c', and what the derivative needs, of gates (..., 4H) and c (..., H). */
    List<PtNDArray> lstm(PtNDManager owner, PtNDArray gates, PtNDArray cell) {
        return call(owner, "lstm", List.of(gates, cell));
    }

    /** dL/dgates and dL/dc. */
    List<PtNDArray> lstmGradient(PtNDManager owner, PtNDArray... arguments) {
        return call(owner, "lstm_gradient", List.of(arguments));
    }

    /** dL/dx from dL/dy and y, the sigmoid of x. */
    PtNDArray sigmoidGradient(PtNDManager owner, PtNDArray gradient, PtNDArray y) {
        return call(owner, "sigmoid_gradient", gradient, y);
    }

    /** dL/dx from dL/dy and y, the softmax of x over its last axis. */
    PtNDArray softmaxGradient(PtNDManager owner, PtNDArray gradient, PtNDArray y) {
        return call(owner, "softmax_gradient", gradient, y);
    }

    /**
     * Scores (N, R, L) with ReLU.
     *
     * @param keys (N, L, A)
     * @param query (N, R, A)
     * @param weight v (1, A)
     * @param room (N, R, L, A), overwritten
     */
    PtNDArray reluScores(PtNDManager owner, PtNDArray keys, PtNDArray query, PtNDArray weight, PtNDArray room) {
        return call(owner, "relu_scores", keys, query, weight, room);
    }

    /** From dL/dscores, keys, query, v, a sum (N, L, A) and room: dL/dquery and what is known of dL/dv; the sum grows. */
    List<PtNDArray> reluScoresGradient(PtNDManager owner, PtNDArray... arguments) {
        return call(owner, "relu_scores_gradient", List.of(arguments));
    }

    /** dL/dkeys and the rest of dL/dv, of that sum over all uses of keys and v. */
    List<PtNDArray> reluScoresSums(PtNDManager owner, PtNDArray keys, PtNDArray weight, PtNDArray sum) {
        return call(owner, "relu_scores_sums", List.of(keys, weight, sum));
    }

    /** Scores (N, R, L) with tanh, of the same, and what the derivative needs. */
    List<PtNDArray> tanhScores(PtNDManager owner, PtNDArray keys, PtNDArray query, PtNDArray weight) {
        return call(owner, "tanh_scores", List.of(keys, query, weight));
    }

    /** From dL/dscores, what the scores left, v and a sum (N, L, A): dL/dquery and dL/dv; dL/dkeys / v is added to the sum. */
    List<PtNDArray> tanhScoresGradient(PtNDManager owner, PtNDArray... arguments) {
        return call(owner, "tanh_scores_gradient", List.of(arguments));
    }

    /**
     * One update of Adam, in place.
     *
     * @param arrays p, g, m, v, with amsgrad the largest v, and the number of the step
     * @param numbers rate, beta1, beta2, decay, epsilon, 1 for a decay beside the gradient else 0
     */
    void adam(PtNDManager owner, List<PtNDArray> arrays, double[] numbers) {
        boolean amsgrad = arrays.size() == 6;
        List<PtNDArray> arguments = new ArrayList<>();
        for (int i = 0; i < arrays.size(); i++) {
            arguments.addAll(list((amsgrad ? "pgmvxs" : "pgmvs").substring(i, i + 1), List.of(arrays.get(i))));
        }
        arguments.add(Transfer.doubles(owner, numbers));
        call(owner, amsgrad ? "amsgrad" : "adam", arguments);
    }

    private static List<PtNDArray> lists(String name, List<PtNDArray> arrays, String next, List<PtNDArray> others) {
        List<PtNDArray> all = new ArrayList<>(list(name, arrays));
        all.addAll(list(next, others));
        return all;
    }

    private static List<PtNDArray> list(String name, List<PtNDArray> arrays) {
        arrays.forEach(array -> array.setName(name + "[]"));
        return arrays;
    }

    private PtNDArray call(PtNDManager owner, String method, PtNDArray... arguments) {
        return call(owner, method, List.of(arguments)).get(0);
    }

    /** DJL takes the name of a method from a first array, and lists from arrays that are named so. */
    private List<PtNDArray> call(PtNDManager owner, String method, List<PtNDArray> arguments) {
        NDList inputs = new NDList(arguments.size() + 1);
        inputs.add(methods.computeIfAbsent(method, this::named));
        inputs.addAll(arguments);
        try {
            // As in training: what DJL computes for inference, libtorch takes no gradient of ever after.
            NDList made = Libtorch.unrecorded(() -> IValueUtils.forward(module, inputs, true));
            made.attach(owner);
            return made.stream().map(PtNDArray.class::cast).toList();
        } finally {
            arguments.forEach(argument -> argument.setName(null));
        }
    }

    private PtNDArray named(String method) {
        PtNDArray name = Transfer.scalar(manager, 0, DType.FLOAT32);
        name.setName("module_method:" + method);
        return name;
    }
}
