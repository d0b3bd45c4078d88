package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
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
    @CsvSource({"1, false", "2, false", "1, true", "2, true"})
    void areThoseOfLibtorchWhateverTheSizesAndTheWayElementsLie(int threads, boolean half) {
        Libtorch.useThreads(threads);
        Kernels kernels = Kernels.load(root);
        for (int round = 0; round < 60; round++) {
            try (PtNDManager owner = (PtNDManager) root.newSubManager()) {
                int rows = size();
                int in = size();
                int out = size();
                String what = "round " + round + ": (" + rows + ", " + in + ") to " + out;
                PtNDArray x = matrix(owner, rows, in);
                PtNDArray w = matrix(owner, out, in);
                PtNDArray b = round % 2 == 0 ? null : JniUtils.reshape(matrix(owner, 1, out), new long[] {out});
                PtNDArray dy = matrix(owner, rows, out);
                PtNDArray xOperand = half ? kernels.half(owner, x) : x;
                PtNDArray wOperand = half ? kernels.half(owner, w) : kernels.dense(owner, w);
                PtNDArray dyOperand = half ? kernels.half(owner, dy) : dy;

                close(what, half, in, kernels.linear(owner, half, xOperand, wOperand, b), JniUtils.linear(x, w, b));
                close(
                        what + ", dx",
                        half,
                        out,
                        kernels.inputGradient(owner, half, dyOperand, wOperand),
                        JniUtils.matmul(dy, w));
                PtNDArray once = JniUtils.matmul(JniUtils.transpose(dy, 0, 1), x);
                close(
                        what + ", dW",
                        half,
                        2 * rows,
                        kernels.weightGradient(
                                owner, half, List.of(dyOperand, dyOperand), List.of(xOperand, xOperand)),
                        JniUtils.add(once, once));
            }
        }
    }

    @Test
    void anOperatorThatThisLibtorchLacksIsMissedWhenKernelsAreLoaded() {
        assertThatThrownBy(() -> Kernels.load(root, "ops.mkldnn._is_not_there($1, $2, $3)"))
                .isInstanceOf(EngineException.class);
    }

    private int size() {
        return random.nextInt(4) == 0 ? 1 : 1 + random.nextInt(150);
    }

    /** Numbers from -1 to 1: side by side, as a slice of a wider matrix, transposed, or in memory of the JVM. */
    private PtNDArray matrix(PtNDManager owner, int rows, int columns) {
        return switch (random.nextInt(4)) {
            case 0 -> JniUtils.slice(numbers(owner, rows, columns + 5), 1, 3, 3 + columns, 1);
            case 1 -> JniUtils.transpose(numbers(owner, columns, rows), 0, 1);
            case 2 -> Transfer.view(owner, values(rows, columns));
            default -> numbers(owner, rows, columns);
        };
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

    /** Sums of as many products: what rounding adds grows with the root of their number. */
    private static void close(String what, boolean half, int products, PtNDArray is, PtNDArray expected) {
        assertThat(is.getShape()).as(what).isEqualTo(expected.getShape());
        assertThat(is.getDataType()).as(what).isEqualTo(expected.getDataType());
        float most = JniUtils.max(JniUtils.abs(JniUtils.sub(is, expected))).toFloatArray()[0];
        assertThat((double) most).as(what).isLessThan((half ? 0.02 : 2e-6) * Math.sqrt(products + 1));
    }
}
