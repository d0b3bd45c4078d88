package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.pytorch.jni.JniUtils;
import io.captioner.Backend;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import io.captioner.spi.BackendProvider;
import io.captioner.train.TrainingBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class DjlExecutableTest {
    private static final DjlBackend BACKEND = new DjlBackend();

    private static Executable compile(Program program, Map<String, HostTensor> weights) {
        return BACKEND.compile(program, Programs.source(weights), Device.cpu(), 1);
    }

    private static List<HostTensor> run(
            List<Program.Port> ports, Function<List<Tensor>, List<Tensor>> body, HostTensor... inputs) {
        int outputs = body == null ? 0 : 1;
        try (Executable executable = compile(Programs.of(ports, outputs, p -> body::apply), Map.of())) {
            return executable.run(List.of(inputs));
        }
    }

    /** x W^T + b, where W is doubled while binding. */
    private static Program affine() {
        return Programs.of(List.of(Programs.floats("x", Shape.UNKNOWN, 3)), 1, p -> {
            Tensor weight =
                    p.parameter("weight", Shape.of(2, 3), Initializer.ZEROS).times(2f);
            Tensor bias = p.parameter("bias", Shape.of(2), Initializer.ZEROS);
            return in -> List.of(bias.plus(in.get(0).linear(weight, null)).plus(weight.sum(false, 1)));
        });
    }

    private static final Map<String, HostTensor> AFFINE = Map.of(
            "weight",
            HostTensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6),
            "bias",
            HostTensor.ofFloats(Shape.of(2), 10, 20));

    @Test
    void isFoundAsAService() {
        assertThat(ServiceLoader.load(BackendProvider.class))
                .anyMatch(b -> b.backend().equals(Backend.DJL));
        assertThat(ServiceLoader.load(TrainingBackend.class))
                .anyMatch(b -> b.backend().equals(Backend.DJL));
    }

    @Test
    void computesWithParametersAndWhatWasMadeOfThemWhileBinding() {
        try (Executable executable = compile(affine(), AFFINE)) {
            for (int i = 0; i < 3; i++) {
                HostTensor y = executable
                        .run(List.of(HostTensor.ofFloats(Shape.of(1, 3), 1, 0, 1)))
                        .get(0);
                assertThat(y.shape()).isEqualTo(Shape.of(1, 2));
                assertThat(y.toFloatArray()).containsExactly(10 + 8 + 12, 20 + 20 + 30);
            }
        }
    }

    @Test
    void runsOnSeveralThreadsAtOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(4);
        try (Executable executable = compile(affine(), AFFINE)) {
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                float x = i;
                calls.add(() -> executable
                                .run(List.of(HostTensor.ofFloats(Shape.of(1, 3), x, 0, 0)))
                                .get(0)
                                .floats()
                                .get(0)
                        == 22 + 2 * x);
            }
            for (Future<Boolean> result : pool.invokeAll(calls)) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            pool.shutdown();
        }
    }

    @Test
    void closesOnceAndForAll() {
        Executable executable = compile(affine(), AFFINE);
        executable.close();
        executable.close();
        assertThatThrownBy(() -> executable.run(List.of(HostTensor.allocate(DType.FLOAT32, Shape.of(1, 3)))))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void memoryStaysFlatOverRunsThatSucceedOrFail() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")), "skipped: no /proc here");
        Program program = Programs.of(List.of(Programs.floats("x", Shape.UNKNOWN, 3)), 1, p -> {
            Tensor weight = p.parameter("weight", Shape.of(2, 3), Initializer.ZEROS);
            return in -> {
                Tensor large = weight.sum(false).plus(in.get(0).expandDims(0).expand(100, -1, -1)); // 1.2 MB
                Tensor clamped = weight.clamp(0, 1)
                        .reshape(1, 2, 3)
                        .rows(in.get(0).algebra().range(1));
                if (in.get(0).dim(0) == 1001) {
                    large.matmul(large);
                }
                return List.of(large.sum(false, 0).plus(clamped.sum(false)));
            };
        });
        try (Executable executable = compile(program, AFFINE)) {
            HostTensor good = HostTensor.allocate(DType.FLOAT32, Shape.of(1000, 3));
            HostTensor bad = HostTensor.allocate(DType.FLOAT32, Shape.of(1001, 3));
            long before = 0;
            for (int i = 0; i < 600; i++) {
                if (i == 200) {
                    System.gc();
                    before = DjlSessionTest.residentKilobytes();
                }
                executable.run(List.of(good));
                assertThatThrownBy(() -> executable.run(List.of(bad)))
                        .isInstanceOf(ShapeException.class)
                        .hasMessageStartingWith("matmul");
            }
            System.gc();
            assertThat(DjlSessionTest.residentKilobytes() - before)
                    .as("growth in kB")
                    .isLessThan(60_000);
        }
    }

    @Test
    void leavesTheCallersGradientModeAsItWas() {
        try (Executable executable = compile(affine(), AFFINE)) {
            JniUtils.setGradMode(true);
            executable.run(List.of(HostTensor.allocate(DType.FLOAT32, Shape.of(1, 3))));
            assertThat(JniUtils.isGradMode()).isTrue();
        } finally {
            JniUtils.setGradMode(false);
        }
    }

    @Test
    void breaksTiesInTopKByTheLowerIndex() {
        HostTensor x = HostTensor.ofFloats(Shape.of(2, 6), 1, 3, 3, 0, 3, 2, 5, 5, 5, 5, 5, 5);
        HostTensor indices = run(
                        List.of(Programs.floats("x", 2, 6), Programs.longs("k")),
                        in -> List.of(in.get(0).topK(in.get(1)).indices()),
                        x,
                        HostTensor.scalar(4L))
                .get(0);
        assertThat(indices.toLongArray()).containsExactly(1, 2, 4, 5, 0, 1, 2, 3);
        assertThatThrownBy(() -> run(
                        List.of(Programs.floats("x", 2, 6), Programs.longs("k")),
                        in -> List.of(in.get(0).topK(in.get(1)).values()),
                        x,
                        HostTensor.scalar(7L)))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("topK");
    }

    @Test
    void dividesLargeIntegersExactly() {
        long[] values = {0, 1, 2, 3, 7, 16_777_217, 9_007_199_254_740_991L, 5_999_999_999L};
        HostTensor x = HostTensor.ofLongs(Shape.of(values.length), values);
        long[] quotients = run(
                        List.of(Programs.longs("x", values.length)),
                        in -> List.of(in.get(0).floorDividedBy(3)),
                        x)
                .get(0)
                .toLongArray();
        long[] rests = run(
                        List.of(Programs.longs("x", values.length)),
                        in -> List.of(in.get(0).remainder(3)),
                        x)
                .get(0)
                .toLongArray();
        for (int i = 0; i < values.length; i++) {
            assertThat(quotients[i]).isEqualTo(values[i] / 3);
            assertThat(rests[i]).isEqualTo(values[i] % 3);
        }
    }

    @Test
    void loopsKeepStateAndWhatTurnsEmit() {
        // state (sum, n): sum += n, n += 1 until n reaches the input; each turn emits both
        List<Program.Port> ports = List.of(Programs.longs("limit"), Programs.longs("trips"));
        Program program = Programs.of(ports, 3, p -> in -> {
            Algebra algebra = in.get(0).algebra();
            Tensor start = algebra.scalar(0L);
            Algebra.Loop loop =
                    algebra.loop(in.get(1), start.lessThan(in.get(0)), List.of(start, start, start), (i, state) -> {
                        Tensor n = state.get(1).plus(algebra.scalar(1L));
                        Tensor sum = state.get(0).plus(n);
                        return new Algebra.Turn(
                                n.lessThan(in.get(0)), List.of(sum, n, state.get(2)), List.of(sum, i, state.get(2)));
                    });
            return List.of(
                    loop.state().get(0), loop.emitted().get(0), loop.emitted().get(1));
        });
        try (Executable executable = compile(program, Map.of())) {
            List<HostTensor> all = executable.run(List.of(HostTensor.scalar(4L), HostTensor.scalar(100L)));
            assertThat(all.get(0).toLongArray()).containsExactly(10);
            assertThat(all.get(1).toLongArray()).containsExactly(1, 3, 6, 10);
            assertThat(all.get(2).toLongArray()).containsExactly(0, 1, 2, 3);
            assertThat(executable
                            .run(List.of(HostTensor.scalar(9L), HostTensor.scalar(2L)))
                            .get(0)
                            .toLongArray())
                    .containsExactly(3);
            List<HostTensor> none = executable.run(List.of(HostTensor.scalar(0L), HostTensor.scalar(2L)));
            assertThat(none.get(0).toLongArray()).containsExactly(0);
            assertThat(none.get(1).shape()).isEqualTo(Shape.of(0));
        }
    }

    @Test
    void whatATurnReshapesOutOfAConstantOutlivesTheTurn() {
        float[] sevens = new float[50_000];
        Arrays.fill(sevens, 7);
        Program program = Programs.of(List.of(Programs.longs("trips")), in -> {
            Algebra algebra = in.get(0).algebra();
            Tensor start = algebra.constant(HostTensor.allocate(DType.FLOAT32, Shape.of(500, 100)));
            Tensor on = algebra.constant(HostTensor.ofBooleans(Shape.of(), true));
            Algebra.Loop loop = algebra.loop(in.get(0), on, List.of(start), (i, state) -> {
                overwriteFreedMemory();
                Tensor next = algebra.constant(HostTensor.ofFloats(Shape.of(100, 500), sevens));
                return new Algebra.Turn(
                        on,
                        List.of(next.reshape(500, 100)),
                        List.of(state.get(0).sum(false)));
            });
            overwriteFreedMemory();
            return List.of(loop.state().get(0).sum(false));
        });
        try (Executable executable = compile(program, Map.of())) {
            assertThat(executable
                            .run(List.of(HostTensor.scalar(2L)))
                            .get(0)
                            .floats()
                            .get(0))
                    .isEqualTo(7 * 50_000f);
        }
    }

    /** Buffers of the JVM that nobody refers to are freed, and their memory is given out again. */
    private static void overwriteFreedMemory() {
        System.gc();
        try {
            Thread.sleep(100); // the cleaner's thread frees it
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (int i = 0; i < 20; i++) {
            HostTensor.allocate(DType.FLOAT32, Shape.of(500, 100));
        }
    }

    @Test
    void refusesWhatDoesNotFitBeforeLibtorchSeesIt() {
        try (Executable executable = compile(affine(), AFFINE)) {
            assertThatThrownBy(() -> executable.run(List.of(HostTensor.allocate(DType.FLOAT32, Shape.of(1, 4)))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("input x is FLOAT32 (1, 4): expected FLOAT32 (?, 3)");
        }
        assertThatThrownBy(() -> compile(affine(), Map.of()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("weight (2, 3)");
        assertThatThrownBy(() -> run(
                        List.of(Programs.floats("x", 2), Programs.longs("y", 2)),
                        in -> List.of(in.get(0).plus(in.get(1))),
                        HostTensor.allocate(DType.FLOAT32, Shape.of(2)),
                        HostTensor.allocate(DType.INT64, Shape.of(2))))
                .isInstanceOf(ShapeException.class)
                .hasMessageContaining("plus of FLOAT32 (2) and INT64 (2)");
    }

    @Test
    void saysWhatToDoWhereThereIsNoGpu() {
        Assumptions.assumeFalse(Files.exists(Path.of("/dev/nvidia0")), "skipped: there is a GPU here");
        assertThatThrownBy(() -> BACKEND.compile(affine(), Programs.source(AFFINE), Device.cuda(0), 1))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("cuda:0")
                .hasMessageContaining("Device.cpu()");
    }

    @Test
    void topKOfOneIsTheFirstLargest() {
        TopK[] kept = new TopK[1];
        HostTensor values = run(
                        List.of(Programs.floats("x", 1, 4)),
                        in -> {
                            kept[0] = in.get(0).topK(in.get(0).algebra().scalar(1L));
                            return List.of(kept[0].values());
                        },
                        HostTensor.ofFloats(Shape.of(1, 4), -1, 2, 2, 1))
                .get(0);
        assertThat(values.toFloatArray()).containsExactly(2);
        assertThat(kept[0].indices().shape()).isEqualTo(Shape.of(1, 1));
    }
}
