package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.contract.OperationCase.Formula;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Shapes;
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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What every backend must do. A backend's test extends this and says {@link #backend()}. Values are compared with the plain Java {@link
 * ReferenceBackend} within {@link #tolerance()}, relative and absolute; integers and truth values exactly. What loops must
 * do stands in {@link LoopContract}.
 */
public abstract class BackendContract extends LoopContract {
    private static final Shape ROW = Shape.of(2, 3);

    // operations
    // -------------------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> operations() {
        return Operations.all().stream().map(operation -> dynamicTest(operation.name(), () -> compute(operation)));
    }

    /** With operands as inputs, as parameters and as constants, which a backend may compute in different ways. */
    private void compute(OperationCase operation) {
        List<HostTensor> operands = operation.operands();
        List<Port> ports = new ArrayList<>();
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        for (int i = 0; i < operands.size(); i++) {
            ports.add(OperationCase.port("x" + i, operands.get(i)));
            if (operation.canBeParameter(i)) {
                weights.put("scope.w" + i, operands.get(i));
            }
        }
        List<HostTensor> expected = run(new ReferenceBackend(), ports, Map.of(), operation.formula(), operands);
        int results = expected.size();
        boolean constants = operands.size() > 1;
        Function<List<Tensor>, List<Tensor>> threeWays = x -> {
            List<Tensor> inputs = x.subList(0, operands.size());
            List<Tensor> bound = new ArrayList<>(inputs);
            List<Tensor> fixed = new ArrayList<>(inputs.subList(0, 1));
            int weight = operands.size();
            for (int i = 1; i < operands.size(); i++) {
                if (operation.canBeParameter(i)) {
                    bound.set(i, x.get(weight++));
                }
                fixed.add(x.get(0).algebra().constant(operands.get(i)));
            }
            List<Tensor> all = new ArrayList<>(checked(operation, inputs, expected));
            if (!weights.isEmpty()) {
                all.addAll(checked(operation, bound, expected));
            }
            if (constants) {
                all.addAll(checked(operation, fixed, expected));
            }
            return all;
        };
        int ways = 1 + (weights.isEmpty() ? 0 : 1) + (constants ? 1 : 0);
        List<HostTensor> actual;
        Formula program = new Formula(ports, weights, ways * results, threeWays);
        try (Executable executable = backend().compile(program, new Stored(weights), Device.cpu(), 1)) {
            actual = executable.run(operands);
        }
        assertThat(actual).hasSize(ways * results);
        for (int i = 0; i < actual.size(); i++) {
            close(
                    actual.get(i),
                    expected.get(i % results),
                    operation.name() + ", way " + i / results + ", result " + i % results);
        }
    }

    private static List<Tensor> checked(OperationCase operation, List<Tensor> operands, List<HostTensor> expected) {
        List<Tensor> results = operation.formula().apply(operands);
        for (int i = 0; i < results.size(); i++) {
            assertThat(results.get(i).type())
                    .as("type of result " + i)
                    .isEqualTo(expected.get(i).type());
            assertThat(Shapes.fits(results.get(i).shape(), expected.get(i).shape()))
                    .as("shape of result " + i + ": " + results.get(i).shape() + " of " + expected.get(i))
                    .isTrue();
        }
        return results;
    }

    @TestFactory
    Stream<DynamicTest> operationsOnAnOpenFirstAxis() {
        return Operations.all().stream()
                .filter(operation -> operation.operands().get(0).shape().rank() > 0)
                .filter(operation -> !operation.name().startsWith("split into one")) // it splits that axis
                .map(operation -> dynamicTest(operation.name(), () -> {
                    List<Port> ports = new ArrayList<>();
                    for (HostTensor operand : operation.operands()) {
                        Shape shape = ports.isEmpty() ? operand.shape().with(0, Shape.UNKNOWN) : operand.shape();
                        ports.add(new Port("x" + ports.size(), operand.type(), shape));
                    }
                    List<HostTensor> expected =
                            run(new ReferenceBackend(), ports, Map.of(), operation.formula(), operation.operands());
                    List<HostTensor> actual =
                            run(backend(), ports, Map.of(), x -> checked(operation, x, expected), operation.operands());
                    for (int i = 0; i < actual.size(); i++) {
                        close(actual.get(i), expected.get(i), operation.name() + ", result " + i);
                    }
                }));
    }

    @TestFactory
    Stream<DynamicTest> operandsThatDoNotFit() {
        HostTensor f23 = HostTensor.allocate(DType.FLOAT32, Shape.of(2, 3));
        HostTensor f24 = HostTensor.allocate(DType.FLOAT32, Shape.of(2, 4));
        HostTensor i23 = HostTensor.allocate(DType.INT64, Shape.of(2, 3));
        HostTensor b23 = HostTensor.allocate(DType.BOOL, Shape.of(2, 3));
        HostTensor u23 = HostTensor.allocate(DType.UINT8, Shape.of(2, 3));
        HostTensor f4 = HostTensor.allocate(DType.FLOAT32, Shape.of(4));
        HostTensor picture = HostTensor.allocate(DType.FLOAT32, Shape.of(1, 3, 5, 5));
        HostTensor kernel = HostTensor.allocate(DType.FLOAT32, Shape.of(2, 2, 3, 3));
        HostTensor k = HostTensor.scalar(2L);
        return Stream.of(
                wrong("plus of other shapes", x -> x.get(0).plus(x.get(1)), f23, f24),
                wrong("plus of two types", x -> x.get(0).plus(x.get(1)), f23, i23),
                wrong("times of truth values", x -> x.get(0).times(x.get(1)), b23, b23),
                wrong("plus of bytes", x -> x.get(0).plus(x.get(1)), u23, u23),
                wrong("dividedBy of integers", x -> x.get(0).dividedBy(x.get(1)), i23, i23),
                wrong("exp of integers", x -> x.get(0).exp(), i23),
                wrong("relu of truth values", x -> x.get(0).relu(), b23),
                wrong("floorDividedBy of floats", x -> x.get(0).floorDividedBy(2), f23),
                wrong("floorDividedBy 0", x -> x.get(0).floorDividedBy(0), i23),
                wrong("equalTo of two types", x -> x.get(0).equalTo(x.get(1)), f23, i23),
                wrong("lessThan of truth values", x -> x.get(0).lessThan(x.get(1)), b23, b23),
                wrong("and of integers", x -> x.get(0).and(x.get(1)), i23, i23),
                wrong("not of floats", x -> x.get(0).not(), f23),
                wrong("choose by floats", x -> x.get(0).choose(x.get(0), x.get(0)), f23),
                wrong("choose between types", x -> x.get(0).choose(x.get(1), x.get(2)), b23, f23, i23),
                wrong("any of integers", x -> x.get(0).any(), i23),
                wrong("sum over no axis of that number", x -> x.get(0).sum(false, 2), f23),
                wrong("sum over an axis twice", x -> x.get(0).sum(false, 1, -1), f23),
                wrong("mean of integers", x -> x.get(0).mean(false), i23),
                wrong("max over no axis of that number", x -> x.get(0).max(false, -3), f23),
                wrong("softmax over no axis of that number", x -> x.get(0).softmax(2), f23),
                wrong("topK of integers", x -> x.get(0).topK(x.get(1)).values(), i23, k),
                wrong(
                        "topK by a float",
                        x -> x.get(0).topK(x.get(0).algebra().scalar(1f)).values(),
                        f23),
                wrong(
                        "topK of more than there are",
                        x -> x.get(0).topK(x.get(0).algebra().scalar(4L)).values(),
                        f23),
                wrong(
                        "topK by a vector",
                        x -> x.get(0).topK(x.get(1)).values(),
                        f23,
                        HostTensor.ofLongs(Shape.of(1), 2)),
                wrong("reshape to another size", x -> x.get(0).reshape(4, 2), f23),
                wrong("reshape with two open extents", x -> x.get(0).reshape(-1, -1), f23),
                wrong("transpose of too few axes", x -> x.get(0).transpose(0), f23),
                wrong("transpose of an axis twice", x -> x.get(0).transpose(0, 0), f23),
                wrong("expandDims too far", x -> x.get(0).expandDims(4), f23),
                wrong("squeeze of an extent of 3", x -> x.get(0).squeeze(1), f23),
                wrong("slice beyond the end", x -> x.get(0).slice(1, 0, 4), f23),
                wrong("slice of crossed bounds", x -> x.get(0).slice(1, 2, 1), f23),
                wrong("split that does not divide", x -> x.get(0).split(1, 2).get(0), f23),
                wrong("expand of an extent of 3", x -> x.get(0).expand(2, 6), f23),
                wrong("expandAs of other ranks", x -> x.get(1).expandAs(x.get(0)), f24, f4),
                wrong("concat of other extents", x -> x.get(0).algebra().concat(0, x), f23, f24),
                wrong("concat of two types", x -> x.get(0).algebra().concat(0, x), f23, i23),
                wrong("concat of nothing", x -> x.get(0).algebra().concat(0, List.of()), f23),
                wrong("rows by floats", x -> x.get(0).rows(x.get(1)), f23, f4),
                wrong(
                        "gatherRows by another N",
                        x -> x.get(0).gatherRows(x.get(1)),
                        f23,
                        HostTensor.ofLongs(Shape.of(3, 1), 0, 0, 0)),
                wrong("gather by another rank", x -> x.get(0).gather(1, x.get(1)), f23, k),
                wrong("matmul of other inner extents", x -> x.get(0).matmul(x.get(1)), f23, f24),
                wrong("matmul of rank 1", x -> x.get(0).matmul(x.get(1)), f24, f4),
                wrong("matmul of integers", x -> x.get(0).matmul(x.get(0).transpose(1, 0)), i23),
                wrong("linear of another input size", x -> x.get(0).linear(x.get(1), null), f23, f24),
                wrong("linear with another bias", x -> x.get(0).linear(x.get(0), x.get(1)), f23, f4),
                wrong(
                        "conv2d of other channels",
                        x -> x.get(0).conv2d(x.get(1), null, Convolution.of(1, 1)),
                        picture,
                        kernel),
                wrong("conv2d of rank 2", x -> x.get(0).conv2d(x.get(1), null, Convolution.of(1, 1)), f23, kernel),
                wrong("maxPool2d of rank 2", x -> x.get(0).maxPool2d(2, 2, 0), f23),
                wrong("avgPool2d of a window too large", x -> x.get(0).avgPool2d(6, 1), picture),
                wrong("adaptiveAvgPool2d to nothing", x -> x.get(0).adaptiveAvgPool2d(0, 1), picture),
                wrong(
                        "batchNorm with other channels",
                        x -> x.get(0).batchNorm(x.get(1), x.get(1), x.get(1), x.get(1), 1e-5f, 0.1f),
                        f23,
                        f4),
                wrong("layerNorm with another size", x -> x.get(0).layerNorm(x.get(1), x.get(1), 1e-5f), f23, f4),
                wrong("dropout of all", x -> x.get(0).dropout(1f), f23));
    }

    private DynamicTest wrong(String name, Function<List<Tensor>, Tensor> formula, HostTensor... operands) {
        List<Port> ports = new ArrayList<>();
        for (HostTensor operand : operands) {
            ports.add(OperationCase.port("x" + ports.size(), operand));
        }
        return dynamicTest(
                name,
                () -> assertThatThrownBy(() ->
                                run(backend(), ports, Map.of(), x -> List.of(formula.apply(x)), List.of(operands)))
                        .isExactlyInstanceOf(ShapeException.class));
    }

    @Test
    void dropoutIsIdentityInInference() {
        HostTensor x = HostTensor.ofFloats(ROW, 1, 2, 3, 4, 5, 6);

        HostTensor y = run(
                        backend(),
                        List.of(OperationCase.port("x", x)),
                        Map.of(),
                        t -> List.of(t.get(0).dropout(0.9f)),
                        List.of(x))
                .get(0);

        assertThat(y.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    }

    @Test
    void doesNotTrain() {
        HostTensor x = HostTensor.scalar(1f);
        run(
                backend(),
                List.of(OperationCase.port("x", x)),
                Map.of(),
                t -> {
                    assertThat(t.get(0).algebra().training()).isFalse();
                    return t;
                },
                List.of(x));
    }

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

    // parts
    // ------------------------------------------------------------------------------------------------------------

    private static HostTensor row(HostTensor tensor, int n) {
        int bytes = tensor.bytes().limit() / (int) tensor.shape().dim(0);
        return HostTensor.of(
                tensor.type(), tensor.shape().with(0, 1), tensor.bytes().slice(n * bytes, bytes));
    }

    /** x W^T + b with the parameters of decoder.fc, and a number computed once of parameters alone. */
    private static Program affine() {
        return new Program() {
            @Override
            public List<Port> inputs() {
                return List.of(new Port("pixels", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 2)));
            }

            @Override
            public List<String> outputs() {
                return List.of("scores");
            }

            @Override
            public Computation bind(Parameters parameters) {
                Parameters fc = parameters.scope("decoder").scope("fc");
                Tensor weight = fc.parameter("weight", Shape.of(3, 2), Initializer.ZEROS);
                Tensor bias = fc.parameter("bias", Shape.of(3), Initializer.ZEROS);
                Tensor again = parameters.scope("decoder.fc").parameter("bias", Shape.of(3), Initializer.ZEROS);
                Tensor once = bias.plus(again).times(0.5f);
                assertThat(parameters.algebra()).isSameAs(fc.algebra());
                return x -> List.of(x.get(0).linear(weight, once));
            }
        };
    }

    private static Map<String, HostTensor> affineWeights() {
        return Map.of(
                "decoder.fc.weight", HostTensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6),
                "decoder.fc.bias", HostTensor.ofFloats(Shape.of(3), 0.5f, 0.5f, 1.5f));
    }

    /** A little captioner: a convolution, attention over its places by a looked-up word, the best words. N is open. */
    private static Program network() {
        return new Program() {
            @Override
            public List<Port> inputs() {
                return List.of(
                        new Port("pixels", DType.UINT8, Shape.of(Shape.UNKNOWN, 3, 8, 9)),
                        new Port("words", DType.INT64, Shape.of(Shape.UNKNOWN, 2)));
            }

            @Override
            public List<String> outputs() {
                return List.of("scores", "ids", "alpha");
            }

            @Override
            public Computation bind(Parameters p) {
                Tensor kernel = p.parameter("conv.weight", Shape.of(6, 3, 3, 3), Initializer.ZEROS);
                Tensor mean = p.buffer("bn.running_mean", Shape.of(6), Initializer.ZEROS);
                Tensor variance = p.buffer("bn.running_var", Shape.of(6), Initializer.ONES);
                Tensor scale = p.parameter("bn.weight", Shape.of(6), Initializer.ONES);
                Tensor shift = p.parameter("bn.bias", Shape.of(6), Initializer.ZEROS);
                Tensor table = p.parameter("embedding.weight", Shape.of(11, 6), Initializer.ZEROS);
                return x -> {
                    Tensor picture = x.get(0).to(DType.FLOAT32).dividedBy(128f).minus(1f);
                    Tensor maps = picture.conv2d(kernel, null, Convolution.same(8, 9, 3, 2))
                            .batchNorm(mean, variance, scale, shift, 1e-3f, 0.01f)
                            .relu()
                            .adaptiveAvgPool2d(3, 3); // (N, 6, 3, 3)
                    Tensor places = maps.reshape(0, 0, -1).transpose(0, 2, 1); // (N, 9, 6)
                    Tensor asked = table.rows(x.get(1)); // (N, 2, 6)
                    Tensor alpha = asked.matmul(places.transpose(0, 2, 1)).softmax(-1); // (N, 2, 9)
                    Tensor scores = alpha.matmul(places).linear(table, null).logSoftmax(-1); // (N, 2, 11)
                    var best = scores.topK(scores.algebra().scalar(3L));
                    return List.of(best.values(), best.indices(), alpha);
                };
            }
        };
    }

    private static Map<String, HostTensor> networkWeights() {
        java.util.Random random = new java.util.Random(5);
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        Map.of(
                        "conv.weight", Shape.of(6, 3, 3, 3),
                        "bn.running_mean", Shape.of(6),
                        "bn.running_var", Shape.of(6),
                        "bn.weight", Shape.of(6),
                        "bn.bias", Shape.of(6),
                        "embedding.weight", Shape.of(11, 6))
                .entrySet()
                .stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(entry -> {
                    float[] values = new float[(int) entry.getValue().size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = entry.getKey().endsWith("var")
                                ? 0.5f + random.nextFloat()
                                : (float) random.nextGaussian();
                    }
                    weights.put(entry.getKey(), HostTensor.ofFloats(entry.getValue(), values));
                });
        return weights;
    }

    private static List<HostTensor> networkInputs(int n) {
        java.util.Random random = new java.util.Random(n);
        byte[] pixels = new byte[n * 3 * 8 * 9];
        random.nextBytes(pixels);
        long[] words = random.longs(2L * n, 0, 11).toArray();
        return List.of(HostTensor.ofBytes(Shape.of(n, 3, 8, 9), pixels), HostTensor.ofLongs(Shape.of(n, 2), words));
    }
}
