package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.Device;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Products as training makes them, against libtorch's own. */
class KernelsTest {
    private final PtNDManager root = Libtorch.newManager(Device.cpu());
    private final Random random = new Random(1);
    private boolean recording;

    @BeforeEach
    void withoutGradients() {
        recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
    }

    @AfterEach
    void close() {
        JniUtils.setGradMode(recording);
        root.close();
    }

    @ParameterizedTest
    @CsvSource({
        "1, false, true",
        "2, false, true",
        "1, true, true",
        "2, true, true",
        "1, false, false",
        "1, true, false"
    })
    void productsAreThoseOfLibtorchWhateverTheSizesAndTheWayElementsLie(int threads, boolean half, boolean oneDnn) {
        Libtorch.useThreads(threads);
        Kernels kernels = oneDnn ? Kernels.load(root) : Kernels.load(root, Kernels.LIBTORCH);
        for (int round = 0; round < 100; round++) {
            try (PtNDManager owner = (PtNDManager) root.newSubManager()) {
                int rows = size(round);
                int in = size(round);
                int out = size(round);
                String what = "round " + round + ": (" + rows + ", " + in + ") to " + out;
                PtNDArray x = operand(owner, kernels, half, matrix(owner, rows, in));
                PtNDArray w = operand(owner, kernels, half, matrix(owner, out, in));
                PtNDArray b = round % 2 == 0 ? null : bias(owner, out);
                PtNDArray dy = operand(owner, kernels, half, matrix(owner, rows, out));

                close(what, half, in, kernels.linear(owner, x, w, b), JniUtils.linear(full(x), full(w), b));
                close(
                        what + ", dx",
                        half,
                        out,
                        half ? kernels.inputGradientHalf(owner, dy, w) : kernels.inputGradient(owner, dy, w),
                        JniUtils.matmul(full(dy), full(w)));
                PtNDArray once = JniUtils.matmul(JniUtils.transpose(full(dy), 0, 1), full(x));
                close(
                        what + ", dW",
                        half,
                        2 * rows,
                        kernels.weightGradient(owner, List.of(dy, dy), List.of(x, x)),
                        JniUtils.add(once, once));
            }
        }
    }

    @Test
    void aProductLeavesItsOperandsAsTheyAre() {
        Kernels kernels = Kernels.load(root);
        PtNDArray x = numbers(root, 7, 33);
        PtNDArray w = numbers(root, 21, 33);
        float[] before = x.toFloatArray();
        float[] weight = w.toFloatArray();
        kernels.linear(root, x, w, null);
        assertThat(x.toFloatArray()).isEqualTo(before);
        assertThat(w.toFloatArray()).isEqualTo(weight);
    }

    @Test
    void anOperatorThatThisLibtorchLacksIsMissedWhenKernelsAreLoaded() {
        assertThatThrownBy(() -> Kernels.load(root, "ops.mkldnn._is_not_there($1, $2, $3)"))
                .isInstanceOf(EngineException.class);
    }

    @Test
    void anOperatorThatFailsIsLeftForLibtorchsOwnProduct() {
        String fails = "torch.linear($1, torch.reshape($2, [-1, 999999937]), $3)";
        PtNDArray x = numbers(root, 3, 5);
        assertThat(Kernels.orElse(root, fails, Kernels.LIBTORCH)
                        .linear(root, x, x, null)
                        .toFloatArray())
                .isEqualTo(JniUtils.linear(x, x, null).toFloatArray());
    }

    @Test
    void oneDnnIsForTheCpuOfX86AndCanBeSwitchedOff() {
        assertThat(Kernels.product("amd64", false, "true")).contains("mkldnn");
        assertThat(Kernels.product("x86_64", false, "true")).contains("mkldnn");
        assertThat(Kernels.product("aarch64", false, "true")).isEqualTo(Kernels.LIBTORCH);
        assertThat(Kernels.product("amd64", true, "true")).isEqualTo(Kernels.LIBTORCH);
        assertThat(Kernels.product("amd64", false, "false")).isEqualTo(Kernels.LIBTORCH);
    }

    /** Now and then 1, rarely none. */
    private int size(int round) {
        return switch (random.nextInt(round % 5 == 0 ? 6 : 4)) {
            case 0 -> 1;
            case 4 -> 0;
            default -> 1 + random.nextInt(150);
        };
    }

    private static PtNDArray operand(PtNDManager owner, Kernels kernels, boolean half, PtNDArray array) {
        return half ? kernels.half(owner, array) : array;
    }

    private static PtNDArray full(PtNDArray array) {
        return JniUtils.to(array, DataType.FLOAT32, array.getDevice());
    }

    private PtNDArray bias(PtNDManager owner, int out) {
        PtNDArray row = random.nextBoolean() ? numbers(owner, 1, out) : matrix(owner, 1, out);
        return JniUtils.squeeze(row, 0);
    }

    /** Numbers from -1 to 1: side by side, as part of a wider or higher matrix, transposed, repeated, or in memory of the JVM. */
    private PtNDArray matrix(PtNDManager owner, int rows, int columns) {
        return switch (random.nextInt(8)) {
            case 0 -> JniUtils.slice(numbers(owner, rows, columns + 5), 1, 3, 3 + columns, 1);
            case 1 -> JniUtils.transpose(numbers(owner, columns, rows), 0, 1);
            case 2 -> JniUtils.transpose(JniUtils.slice(numbers(owner, columns, rows + 5), 1, 3, 3 + rows, 1), 0, 1);
            case 3 -> expanded(numbers(owner, 1, columns), rows, columns);
            case 4 -> expanded(numbers(owner, rows, 1), rows, columns);
            case 5 -> JniUtils.slice(numbers(owner, 2 * rows, columns), 0, 0, 2L * rows, 2);
            case 6 -> Transfer.view(owner, values(rows, columns));
            default -> numbers(owner, rows, columns);
        };
    }

    private static PtNDArray expanded(PtNDArray array, int rows, int columns) {
        return JniUtils.broadcast(array, new ai.djl.ndarray.types.Shape(rows, columns));
    }

    private PtNDArray numbers(PtNDManager owner, int rows, int columns) {
        return Transfer.copy(owner, values(rows, columns));
    }

    private HostTensor values(int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return HostTensor.ofFloats(Shape.of(rows, columns), values);
    }

    /** Sums of as many products: what rounding adds grows with the root of their number, or, where all are alike, with the sum. */
    private static void close(String what, boolean half, int products, PtNDArray is, PtNDArray expected) {
        assertThat(is.getShape()).as(what).isEqualTo(expected.getShape());
        assertThat(is.getDataType()).as(what).isEqualTo(expected.getDataType());
        if (is.getShape().size() == 0) {
            return;
        }
        double most = largest(JniUtils.sub(is, expected));
        double size = Math.max(largest(expected), Math.sqrt(products + 1));
        assertThat(most).as(what).isLessThan((half ? 0.02 : 3e-6) * size);
    }

    private static double largest(PtNDArray array) {
        return JniUtils.max(JniUtils.abs(array)).toFloatArray()[0];
    }
}
