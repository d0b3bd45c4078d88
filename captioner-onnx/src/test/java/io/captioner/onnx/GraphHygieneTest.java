package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.nn.Algebra;
import io.captioner.nn.Convolution;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GraphHygieneTest {
    private static final long N = Shape.UNKNOWN;

    private static GraphProto graph(Program program, Fixed.Weights weights) {
        return Fixed.model(program, weights).getGraph();
    }

    private static List<HostTensor> run(Program program, Fixed.Weights weights, HostTensor... inputs) {
        try (Executable executable = new OnnxBackend().compile(program, weights, Device.cpu(), 2)) {
            return executable.run(List.of(inputs));
        }
    }

    private static Fixed.Weights none() {
        return new Fixed.Weights(Map.of());
    }

    private static Fixed.Weights small() {
        return new Fixed.Weights(Map.of(
                "head.weight", HostTensor.ofFloats(Shape.of(2, 3), 1, 2, 3, 4, 5, 6),
                "head.bias", HostTensor.ofFloats(Shape.of(2), 10, 20),
                "unused.weight", HostTensor.ofFloats(Shape.of(1), 7),
                "stem.weight", HostTensor.ofFloats(Shape.of(1, 1, 1, 1), 2)));
    }

    private static List<String> operations(GraphProto graph) {
        return graph.getNodeList().stream().map(NodeProto::getOpType).toList();
    }

    private static GraphProto body(GraphProto graph) {
        return graph.getNodeList().stream()
                .filter(node -> node.getOpType().equals("Loop"))
                .flatMap(node -> node.getAttributeList().stream())
                .map(AttributeProto::getG)
                .findFirst()
                .orElseThrow();
    }

    private static Program head() {
        return Fixed.program(List.of(new Port("x", DType.FLOAT32, Shape.of(N, 3))), List.of("y"), (parameters, in) -> {
            Tensor weight = Fixed.weight(parameters.scope("head"), "weight", 2, 3);
            Tensor again = Fixed.weight(parameters.scope("head"), "weight", 2, 3);
            Tensor bias = Fixed.weight(parameters.scope("head"), "bias", 2);
            Fixed.weight(parameters, "unused.weight", 1);
            Tensor y = in.get(0).linear(weight, bias);
            return List.of(y.plus(in.get(0).linear(again, null)).relu());
        });
    }

    @Test
    void namesNodesAndInitializersAfterTheParameters() {
        GraphProto graph = graph(head(), small());

        assertThat(graph.getNodeList())
                .extracting(NodeProto::getName)
                .contains("head/Gemm", "head/Gemm_1", "head/Relu");
        assertThat(graph.getInitializerList())
                .extracting(TensorProto::getName)
                .containsExactlyInAnyOrder("head.weight", "head.bias");
        assertThat(graph.getInputList()).extracting(ValueInfoProto::getName).containsExactly("x");
        assertThat(graph.getOutputList()).extracting(ValueInfoProto::getName).containsExactly("y");
    }

    @Test
    void storesAWeightOnceAndReadsItOnce() {
        Fixed.Weights weights = small();
        graph(head(), weights);

        assertThat(weights.reads).containsOnly(Map.entry("head.weight", 1), Map.entry("head.bias", 1));
    }

    @Test
    void keepsTheBatchOpen() {
        GraphProto graph = graph(head(), small());
        assertThat(graph.getInput(0)
                        .getType()
                        .getTensorType()
                        .getShape()
                        .getDim(0)
                        .getDimParam())
                .isEqualTo("N");

        HostTensor one = HostTensor.ofFloats(Shape.of(1, 3), 1, 0, 0);
        HostTensor three = HostTensor.ofFloats(Shape.of(3, 3), 1, 0, 0, 0, 1, 0, -9, -9, -9);
        assertThat(run(head(), small(), one).get(0).toFloatArray()).containsExactly(12, 28);
        assertThat(run(head(), small(), three).get(0).toFloatArray()).containsExactly(12, 28, 14, 30, 0, 0);
    }

    @Test
    void writesNoIdentityBetweenOperations() {
        assertThat(operations(graph(head(), small()))).containsExactly("Gemm", "Gemm", "Add", "Relu");
    }

    @Test
    void copiesOnlyWhatHasNoNodeOfItsOwn() {
        Program program = Fixed.program(
                List.of(new Port("x", DType.FLOAT32, Shape.of(N))),
                List.of("same", "twice", "again", "fixed"),
                (p, in) -> {
                    Tensor twice = in.get(0).plus(in.get(0));
                    return List.of(in.get(0), twice, twice, p.algebra().scalar(3f));
                });

        assertThat(operations(graph(program, none()))).containsExactly("Add", "Identity", "Identity", "Identity");
        List<HostTensor> outputs = run(program, none(), HostTensor.ofFloats(Shape.of(1), 4));
        assertThat(outputs).extracting(tensor -> tensor.toFloatArray()[0]).containsExactly(4f, 8f, 8f, 3f);
    }

    @Test
    void computesTheSameOperationOnce() {
        Program program = Fixed.program(
                List.of(new Port("x", DType.FLOAT32, Shape.of(N))),
                List.of("y"),
                (p, in) -> List.of(in.get(0).plus(1f).times(in.get(0).plus(1f))));

        assertThat(operations(graph(program, none()))).containsExactly("Add", "Mul");
    }

    /** Counts down from x; emits each value; the sequence of values grows. */
    private static Program countdown() {
        List<Port> inputs = List.of(
                new Port("x", DType.INT64, Shape.of()),
                new Port("trips", DType.INT64, Shape.of()),
                new Port("factor", DType.INT64, Shape.of()));
        return Fixed.program(inputs, List.of("last", "seen", "all"), (p, in) -> {
            Algebra algebra = p.algebra();
            Tensor none = algebra.constant(HostTensor.ofLongs(Shape.of(0)));
            Algebra.Loop loop = algebra.loop(
                    in.get(1),
                    algebra.constant(HostTensor.ofBooleans(Shape.of(), true)),
                    List.of(in.get(0), none, in.get(2)),
                    (iteration, state) -> {
                        Tensor outside = in.get(2).times(in.get(2));
                        Tensor value = state.get(0).minus(algebra.scalar(1L));
                        Tensor emitted = value.times(outside).plus(state.get(2).times(algebra.scalar(0L)));
                        Tensor grown = algebra.concat(0, List.of(state.get(1), value.expandDims(0)));
                        Tensor proceed = algebra.scalar(0L).lessThan(value);
                        return new Algebra.Turn(proceed, List.of(value, grown, state.get(2)), List.of(emitted));
                    });
            return List.of(
                    loop.state().get(0), loop.state().get(1), loop.emitted().get(0));
        });
    }

    private static HostTensor[] longs(long... values) {
        return Stream.of(Arrays.stream(values).boxed().toArray(Long[]::new))
                .map(value -> HostTensor.scalar((long) value))
                .toArray(HostTensor[]::new);
    }

    @Test
    void stopsALoopEarlyAndLetsItsStateGrow() {
        List<HostTensor> outputs = run(countdown(), none(), longs(3, 10, 2));
        assertThat(outputs.get(0).toLongArray()).containsExactly(0);
        assertThat(outputs.get(1).toLongArray()).containsExactly(2, 1, 0);
        assertThat(outputs.get(2).toLongArray()).containsExactly(8, 4, 0);
    }

    @Test
    void turnsALoopNoMoreThanItMay() {
        assertThat(run(countdown(), none(), longs(9, 2, 1)).get(1).toLongArray())
                .containsExactly(8, 7);
        List<HostTensor> untouched = run(countdown(), none(), longs(9, 0, 1));
        assertThat(untouched.get(0).toLongArray()).containsExactly(9);
        assertThat(untouched.get(1).toLongArray()).isEmpty();
        assertThat(untouched.get(2).shape().dim(0)).isZero();
    }

    @Test
    void takesOutOfALoopWhatDoesNotChange() {
        GraphProto graph = graph(countdown(), none());

        assertThat(operations(graph)).containsExactly("Mul", "Loop");
        assertThat(operations(body(graph))).containsExactly("Sub", "Mul", "Mul", "Add", "Unsqueeze", "Concat", "Less");
        assertThat(body(graph).getInitializerCount()).isZero();
        assertThat(body(graph).getInputCount()).isEqualTo(4); // iteration, proceed, value, grown
    }

    @Test
    void nestsLoops() {
        Program program = Fixed.program(List.of(new Port("n", DType.INT64, Shape.of())), List.of("sum"), (p, in) -> {
            Algebra algebra = p.algebra();
            Tensor yes = algebra.constant(HostTensor.ofBooleans(Shape.of(), true));
            Algebra.Loop outer = algebra.loop(in.get(0), yes, List.of(algebra.scalar(0L)), (i, s) -> {
                Algebra.Loop inner = algebra.loop(
                        in.get(0),
                        yes,
                        List.of(s.get(0)),
                        (j, t) -> new Algebra.Turn(yes, List.of(t.get(0).plus(i.times(j))), List.of()));
                return new Algebra.Turn(yes, inner.state(), List.of());
            });
            return outer.state();
        });

        assertThat(run(program, none(), HostTensor.scalar(4L)).get(0).toLongArray())
                .containsExactly(36);
    }

    @Test
    void refusesATensorThatLeavesItsLoop() {
        Program program = Fixed.program(List.of(new Port("n", DType.INT64, Shape.of())), List.of("sum"), (p, in) -> {
            Tensor[] leaked = new Tensor[1];
            Tensor yes = p.algebra().constant(HostTensor.ofBooleans(Shape.of(), true));
            p.algebra().loop(in.get(0), yes, List.of(in.get(0)), (i, s) -> {
                leaked[0] = s.get(0).plus(i);
                return new Algebra.Turn(yes, List.of(leaked[0]), List.of());
            });
            return List.of(leaked[0].plus(in.get(0)));
        });

        assertThatThrownBy(() -> graph(program, none()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("loop");
    }

    @Test
    void namesAMissingTensorAndOneOfAnotherShape() {
        Fixed.Weights empty = none();
        assertThatThrownBy(() -> graph(head(), empty))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("head.weight");
        Fixed.Weights other = new Fixed.Weights(Map.of("head.weight", HostTensor.ofFloats(Shape.of(3), 1, 2, 3)));
        assertThatThrownBy(() -> graph(head(), other))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("head.weight")
                .hasMessageContaining("(2, 3)")
                .hasMessageContaining("(3)");
    }

    @Test
    void keepsLargeValuesOutsideTheModelWhereTheyDoNotFit() {
        float[] values = new float[3 * 500];
        values[2] = 5;
        Fixed.Weights weights = new Fixed.Weights(Map.of("big.weight", HostTensor.ofFloats(Shape.of(500, 3), values)));
        Program program = Fixed.program(
                List.of(new Port("x", DType.FLOAT32, Shape.of(N, 3))),
                List.of("y"),
                (p, in) -> List.of(in.get(0).linear(Fixed.weight(p, "big.weight", 500, 3), null)));
        ModelWriter writer = new ModelWriter(TracedGraph.trace(program, weights));
        var proto = writer.write(Map.of(), 10);

        assertThat(proto.getSerializedSize()).isLessThan(1000);
        assertThat(writer.external().outside()).containsOnlyKeys("big.weight");
        try (Executable executable =
                OnnxExecutable.load(OrtRuntime.get(), proto, writer.external(), program.inputs(), Device.cpu(), 2)) {
            HostTensor y = executable
                    .run(List.of(HostTensor.ofFloats(Shape.of(1, 3), 0, 0, 2)))
                    .get(0);
            assertThat(y.floats().get(0)).isEqualTo(10);
        }
    }

    @Test
    void refusesInputsThatDoNotFitAndRunsAfterClose() {
        Executable executable = new OnnxBackend().compile(head(), small(), Device.cpu(), 2);
        HostTensor good = HostTensor.ofFloats(Shape.of(1, 3), 1, 0, 0);
        HostTensor bad = HostTensor.ofFloats(Shape.of(1, 2), 1, 0);
        assertThatThrownBy(() -> executable.run(List.of(bad))).isInstanceOf(ShapeException.class);
        executable.close();
        executable.close();
        assertThatThrownBy(() -> executable.run(List.of(good)))
                .isInstanceOf(BackendException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void closesWhileOthersRun() throws InterruptedException {
        Executable executable = new OnnxBackend().compile(head(), small(), Device.cpu(), 2);
        HostTensor x = HostTensor.ofFloats(Shape.of(1, 3), 1, 0, 0);
        CountDownLatch running = new CountDownLatch(2);
        List<Thread> threads = Stream.generate(() -> new Thread(() -> {
                    try {
                        for (int i = 0; i < 1_000_000; i++) {
                            assertThat(executable
                                            .run(List.of(x))
                                            .get(0)
                                            .floats()
                                            .get(0))
                                    .isEqualTo(12);
                            running.countDown();
                        }
                    } catch (BackendException closed) {
                        assertThat(closed).hasMessageContaining("closed");
                    }
                }))
                .limit(2)
                .toList();
        threads.forEach(Thread::start);
        running.await();
        executable.close();
        for (Thread thread : threads) {
            thread.join(10_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    @Test
    void foldsNothingItselfButLeavesPlainConvolutions() {
        Program program = Fixed.program(
                List.of(new Port("x", DType.FLOAT32, Shape.of(N, 1, 5, 5))),
                List.of("y"),
                (p, in) -> List.of(in.get(0)
                        .conv2d(Fixed.weight(p, "stem.weight", 1, 1, 1, 1), null, Convolution.same(5, 5, 1, 2))
                        .clamp(0, 6)));

        assertThat(operations(graph(program, small()))).containsExactly("Conv", "Clip");
        assertThat(graph(program, small()).getNode(0).getName()).isEqualTo("stem/Conv");
    }
}
