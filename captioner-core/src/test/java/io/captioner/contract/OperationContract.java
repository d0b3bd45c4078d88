package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.contract.OperationCase.Formula;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
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
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The part of {@link BackendContract} that is about single operations. */
abstract class OperationContract extends LoopContract {
    private static final Shape ROW = Shape.of(2, 3);

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
}
