package io.captioner.contract;

import static io.captioner.contract.ContractPrograms.affine;
import static io.captioner.contract.ContractPrograms.affineWeights;
import static io.captioner.contract.ContractPrograms.network;
import static io.captioner.contract.ContractPrograms.networkInputs;
import static io.captioner.contract.ContractPrograms.networkWeights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * What every backend must do. A backend's test extends this and says {@link #backend()}. Values are compared with the plain Java {@link
 * ReferenceBackend} within {@link #tolerance()}, relative and absolute; integers and truth values exactly. What single
 * operations must do stands in {@link OperationContract}, what loops must do in {@link LoopContract}.
 */
public abstract class BackendContract extends OperationContract {
    // parameters
    // -------------------------------------------------------------------------------------------------------

    @Test
    void parametersHaveScopesAndMayBeAskedForTwice() {
        Program program = affine();
        Map<String, HostTensor> weights = new LinkedHashMap<>(affineWeights());
        weights.put("not.needed", HostTensor.scalar(1f));
        HostTensor x = HostTensor.ofFloats(Shape.of(1, 2), 1, 10);

        try (Executable executable = backend().compile(program, new Stored(weights), Device.cpu(), 0)) {
            assertThat(executable.run(List.of(x)).get(0).toFloatArray()).containsExactly(21.5f, 43.5f, 66.5f);
        }
    }

    @Test
    void aMissingParameterIsNamed() {
        Map<String, HostTensor> weights = new LinkedHashMap<>(affineWeights());
        weights.remove("decoder.fc.bias");

        assertThatThrownBy(() -> backend()
                        .compile(affine(), new Stored(weights), Device.cpu(), 1)
                        .close())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("decoder.fc.bias");
    }

    @Test
    void aParameterOfAnotherShapeIsNamedWithBothShapes() {
        Map<String, HostTensor> weights = new LinkedHashMap<>(affineWeights());
        weights.put("decoder.fc.weight", HostTensor.allocate(DType.FLOAT32, Shape.of(2, 3)));

        assertThatThrownBy(() -> backend()
                        .compile(affine(), new Stored(weights), Device.cpu(), 1)
                        .close())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("decoder.fc.weight")
                .hasMessageContaining("(2, 3)")
                .hasMessageContaining("(3, 2)");
    }

    @Test
    void oneProgramIsCompiledWithDifferentWeights() {
        Map<String, HostTensor> zeros = new LinkedHashMap<>(affineWeights());
        zeros.replaceAll((name, tensor) -> HostTensor.allocate(tensor.type(), tensor.shape()));
        HostTensor x = HostTensor.ofFloats(Shape.of(1, 2), 1, 10);

        try (Executable first = backend().compile(affine(), new Stored(affineWeights()), Device.cpu(), 1);
                Executable second = backend().compile(affine(), new Stored(zeros), Device.cpu(), 1)) {
            assertThat(second.run(List.of(x)).get(0).toFloatArray()).containsExactly(0, 0, 0);
            assertThat(first.run(List.of(x)).get(0).toFloatArray()).containsExactly(21.5f, 43.5f, 66.5f);
        }
    }

    // inputs
    // -----------------------------------------------------------------------------------------------------------

    @Test
    void inputsThatDoNotFitTheirPortsAreNamed() {
        try (Executable executable = backend().compile(affine(), new Stored(affineWeights()), Device.cpu(), 1)) {
            assertThatThrownBy(() -> executable.run(List.of()))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("pixels");
            assertThatThrownBy(() -> executable.run(List.of(HostTensor.allocate(DType.FLOAT32, Shape.of(1, 3)))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("pixels")
                    .hasMessageContaining("(1, 3)")
                    .hasMessageContaining("(?, 2)");
            assertThatThrownBy(() -> executable.run(List.of(HostTensor.allocate(DType.FLOAT32, Shape.of(1, 2, 1)))))
                    .isInstanceOf(ShapeException.class);
            assertThatThrownBy(() -> executable.run(List.of(HostTensor.allocate(DType.INT64, Shape.of(1, 2)))))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("INT64")
                    .hasMessageContaining("FLOAT32");
            assertThat(executable
                            .run(List.of(HostTensor.ofFloats(Shape.of(1, 2), 1, 10)))
                            .get(0)
                            .toFloatArray())
                    .as("it still runs afterwards")
                    .containsExactly(21.5f, 43.5f, 66.5f);
        }
    }

    @Test
    void everyTypeGoesInAndOut() {
        List<HostTensor> values = List.of(
                HostTensor.ofFloats(Shape.of(2), 1.25f, Float.NEGATIVE_INFINITY),
                HostTensor.ofLongs(Shape.of(2, 1), -3, 1L << 50),
                HostTensor.ofBytes(Shape.of(3), (byte) 0, (byte) 128, (byte) 255),
                HostTensor.ofBooleans(Shape.of(2), true, false),
                HostTensor.scalar(7L));
        List<Port> ports = new ArrayList<>();
        values.forEach(value -> ports.add(OperationCase.port("x" + ports.size(), value)));

        List<HostTensor> results = run(backend(), ports, Map.of(), x -> x, values);

        for (int i = 0; i < values.size(); i++) {
            close(results.get(i), values.get(i), "input " + i);
        }
    }

    @Test
    void pixelsAreNormalisedInTheGraph() {
        HostTensor pixels = HostTensor.ofBytes(Shape.of(1, 3, 1, 1), (byte) 0, (byte) 127, (byte) 255);
        Function<List<Tensor>, List<Tensor>> formula =
                x -> List.of(x.get(0).to(DType.FLOAT32).dividedBy(255f).minus(0.5f));
        List<Port> ports = List.of(OperationCase.port("pixels", pixels));

        close(
                run(backend(), ports, Map.of(), formula, List.of(pixels)).get(0),
                HostTensor.ofFloats(Shape.of(1, 3, 1, 1), -0.5f, 127 / 255f - 0.5f, 0.5f),
                "pixels");
    }

    // batches
    // ----------------------------------------------------------------------------------------------------------

    @Test
    void oneExecutableRunsAnyBatch() {
        try (Executable executable = backend().compile(network(), new Stored(networkWeights()), Device.cpu(), 1);
                Executable reference =
                        new ReferenceBackend().compile(network(), new Stored(networkWeights()), Device.cpu(), 1)) {
            for (int n : new int[] {1, 2, 5, 1}) {
                List<HostTensor> inputs = networkInputs(n);
                List<HostTensor> actual = executable.run(inputs);
                List<HostTensor> expected = reference.run(inputs);
                for (int i = 0; i < expected.size(); i++) {
                    close(actual.get(i), expected.get(i), "batch of " + n + ", output " + i);
                }
            }
        }
    }

    @Test
    void aRowOfABatchDoesNotDependOnItsNeighbours() {
        try (Executable executable = backend().compile(network(), new Stored(networkWeights()), Device.cpu(), 1)) {
            List<HostTensor> inputs = networkInputs(5);
            List<HostTensor> together = executable.run(inputs);
            for (int n = 0; n < 5; n++) {
                int row = n;
                List<HostTensor> alone = executable.run(
                        inputs.stream().map(input -> row(input, row)).toList());
                for (int i = 0; i < alone.size(); i++) {
                    close(alone.get(i), row(together.get(i), row), "row " + n + ", output " + i);
                }
            }
        }
    }

    // life and threads
    // -------------------------------------------------------------------------------------------------

    @Test
    void equalInputsGiveEqualBits() {
        try (Executable executable = backend().compile(network(), new Stored(networkWeights()), Device.cpu(), 1)) {
            List<HostTensor> first = executable.run(networkInputs(3));
            List<HostTensor> second = executable.run(networkInputs(3));
            for (int i = 0; i < first.size(); i++) {
                assertThat(second.get(i).bytes()).isEqualTo(first.get(i).bytes());
            }
        }
    }

    @Test
    void eightThreadsShareAnExecutable() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (Executable executable = backend().compile(network(), new Stored(networkWeights()), Device.cpu(), 1)) {
            List<List<HostTensor>> expected = List.of(
                    executable.run(networkInputs(1)),
                    executable.run(networkInputs(2)),
                    executable.run(networkInputs(3)));
            List<Callable<Boolean>> calls = new ArrayList<>();
            for (int i = 0; i < 48; i++) {
                int n = i % 3;
                calls.add(() -> {
                    List<HostTensor> actual = executable.run(networkInputs(n + 1));
                    for (int o = 0; o < actual.size(); o++) {
                        close(actual.get(o), expected.get(n).get(o), "output " + o);
                    }
                    return true;
                });
            }
            for (Future<Boolean> result : threads.invokeAll(calls)) {
                assertThat(result.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void resultsOutliveTheExecutable() {
        List<HostTensor> results;
        try (Executable executable = backend().compile(network(), new Stored(networkWeights()), Device.cpu(), 1)) {
            results = executable.run(networkInputs(2));
            executable.run(networkInputs(3));
        }
        close(
                results.get(0),
                run(new ReferenceBackend(), network(), networkWeights(), networkInputs(2))
                        .get(0),
                "after close");
    }

    @Test
    void closesTwiceAndThenRefusesToRun() {
        Executable executable = backend().compile(affine(), new Stored(affineWeights()), Device.cpu(), 1);
        executable.close();

        assertThatCode(executable::close).doesNotThrowAnyException();
        assertThatThrownBy(() -> executable.run(List.of(HostTensor.ofFloats(Shape.of(1, 2), 1, 10))))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void closeWaitsForRunningCalls() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<HostTensor> inputs = networkInputs(2);
            List<HostTensor> expected = run(new ReferenceBackend(), network(), networkWeights(), inputs);
            for (int round = 0; round < 5; round++) {
                Executable executable = backend().compile(network(), new Stored(networkWeights()), Device.cpu(), 1);
                CountDownLatch running = new CountDownLatch(4);
                List<Future<Integer>> calls = new ArrayList<>();
                for (int i = 0; i < 4; i++) {
                    calls.add(threads.submit(() -> {
                        int done = 0;
                        try {
                            for (; done < 10_000; done++) {
                                close(executable.run(inputs).get(0), expected.get(0), "while closing");
                                if (done == 0) {
                                    running.countDown();
                                }
                            }
                        } catch (BackendException closed) {
                            assertThat(closed).hasMessageContaining("closed");
                        }
                        return done;
                    }));
                }
                assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
                executable.close();
                for (Future<Integer> call : calls) {
                    assertThat(call.get(60, TimeUnit.SECONDS)).isPositive();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aDeviceThatIsNotThereIsNamedWithTheCure() {
        assertThatThrownBy(() -> backend()
                        .compile(affine(), new Stored(affineWeights()), Device.cuda(63), 1)
                        .close())
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("cuda");
    }

    @Test
    void saysWhoItIs() {
        assertThat(backend().backend().name()).isNotBlank();
        assertThat(backend().description()).isNotBlank();
    }

    private static HostTensor row(HostTensor tensor, int n) {
        int bytes = tensor.bytes().limit() / (int) tensor.shape().dim(0);
        return HostTensor.of(
                tensor.type(), tensor.shape().with(0, 1), tensor.bytes().slice(n * bytes, bytes));
    }
}
