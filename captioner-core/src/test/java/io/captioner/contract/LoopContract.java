package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.Device;
import io.captioner.contract.OperationCase.Formula;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.nn.Algebra;
import io.captioner.nn.Algebra.Loop;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The part of {@link BackendContract} that is about loops. */
abstract class LoopContract extends ComparedBackend {
    private static final Port TRIPS = new Port("trips", DType.INT64, Shape.of());
    private static final Port GO = new Port("go", DType.BOOL, Shape.of());
    private static final HostTensor YES = HostTensor.ofBooleans(Shape.of(), true);
    private static final HostTensor NO = HostTensor.ofBooleans(Shape.of(), false);
    private static final HostTensor X = HostTensor.ofFloats(Shape.of(2, 3), 1, -2, 3, 0.5f, 0.25f, -1);

    @Test
    void aLoopMakesAsManyTurnsAsTripsSay() {
        Formula program = new Formula(List.of(TRIPS, GO), Map.of(), 2, x -> {
            Algebra algebra = x.get(0).algebra();
            Loop loop = algebra.loop(x.get(0), x.get(1), List.of(algebra.scalar(10L)), (i, state) -> {
                Tensor sum = state.get(0).plus(i);
                return new Turn(yes(algebra), List.of(sum), List.of(sum));
            });
            return List.of(loop.state().get(0), loop.emitted().get(0));
        });
        try (Executable executable = backend().compile(program, new Stored(Map.of()), Device.cpu(), 1)) {
            for (int trips : new int[] {1, 5, 2}) {
                List<HostTensor> results = executable.run(List.of(HostTensor.scalar((long) trips), YES));
                assertThat(results.get(0).toLongArray()).containsExactly(10 + trips * (trips - 1) / 2);
                assertThat(results.get(1).shape()).isEqualTo(Shape.of(trips));
                assertThat(results.get(1).toLongArray()).startsWith(10).endsWith(10 + trips * (trips - 1) / 2);
            }
            for (List<HostTensor> none :
                    List.of(List.of(HostTensor.scalar(0L), YES), List.of(HostTensor.scalar(3L), NO))) {
                List<HostTensor> results = executable.run(none);
                assertThat(results.get(0).toLongArray())
                        .as("no turn leaves the state")
                        .containsExactly(10);
                assertThat(results.get(1).shape().dim(0))
                        .as("no turn emits nothing")
                        .isZero();
            }
        }
    }

    @Test
    void whatIsSwitchedOffIsNotComputed() {
        Port count = new Port("count", DType.INT64, Shape.of());
        Formula program = new Formula(List.of(GO, count), Map.of(), 1, x -> {
            Algebra algebra = x.get(0).algebra();
            Tensor three = algebra.constant(HostTensor.ofFloats(Shape.of(3), 1, 3, 2));
            Tensor none = algebra.constant(HostTensor.ofFloats(Shape.of(1), 7));
            // with a count of 9 this would fail if it were computed
            return List.of(
                    algebra.when(x.get(0), none, y -> three.topK(x.get(1)).values()));
        });
        try (Executable executable = backend().compile(program, new Stored(Map.of()), Device.cpu(), 1)) {
            assertThat(executable
                            .run(List.of(YES, HostTensor.scalar(1L)))
                            .get(0)
                            .toFloatArray())
                    .containsExactly(3);
            assertThat(executable.run(List.of(NO, HostTensor.scalar(9L))).get(0).toFloatArray())
                    .containsExactly(7);
        }
    }

    @Test
    void aLoopStopsWhenATurnSaysSo() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Loop loop = algebra.loop(x.get(0), yes(algebra), List.of(algebra.scalar(1L)), (i, state) -> {
                        Tensor doubled = state.get(0).plus(state.get(0));
                        return new Turn(doubled.lessThan(algebra.scalar(20L)), List.of(doubled), List.of(doubled, i));
                    });
                    return List.of(
                            loop.state().get(0),
                            loop.emitted().get(0),
                            loop.emitted().get(1));
                },
                HostTensor.scalar(100L));
    }

    @Test
    void emittedTensorsOfAnyTypeAreStackedAlongANewFirstAxis() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Loop loop = algebra.loop(algebra.scalar(3L), yes(algebra), List.of(x.get(0)), (i, state) -> {
                        Tensor next = state.get(0).times(2f);
                        Tensor large = algebra.scalar(1.5f).lessThan(next);
                        return new Turn(
                                yes(algebra),
                                List.of(next),
                                List.of(
                                        next,
                                        large,
                                        next.sum(false, 1),
                                        i.expandDims(0),
                                        next.to(DType.INT64),
                                        large.any()));
                    });
                    List<Tensor> results = new ArrayList<>(loop.emitted());
                    results.add(loop.emitted().get(0).transpose(1, 0, 2).reshape(0, -1)); // (2, 9)
                    return results;
                },
                X);
    }

    @Test
    void theStateMayGrow() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Tensor start = algebra.constant(HostTensor.ofLongs(Shape.of(2, 1), 1, 1));
                    Loop loop = algebra.loop(algebra.scalar(4L), yes(algebra), List.of(start, x.get(0)), (i, state) -> {
                        Tensor last = state.get(0).slice(1, -1, Long.MAX_VALUE);
                        Tensor ids = algebra.concat(1, List.of(state.get(0), last.plus(i)));
                        Tensor row = state.get(1).sum(true, 1);
                        return new Turn(
                                yes(algebra), List.of(ids, algebra.concat(1, List.of(state.get(1), row))), List.of());
                    });
                    return loop.state();
                },
                X);
    }

    @Test
    void theStateMayStartEmpty() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Tensor none = algebra.constant(HostTensor.ofLongs(Shape.of(2, 0)));
                    Loop loop = algebra.loop(
                            algebra.scalar(3L),
                            yes(algebra),
                            List.of(none),
                            (i, state) -> new Turn(
                                    yes(algebra),
                                    List.of(algebra.concat(
                                            1,
                                            List.of(
                                                    state.get(0),
                                                    i.reshape(1, 1).expand(2, 1)))),
                                    List.of()));
                    return loop.state();
                },
                X);
    }

    @Test
    void aTurnReadsInputsConstantsAndWhatWasComputedOutside() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Tensor outside = x.get(1).softmax(-1);
                    Tensor constant = algebra.constant(HostTensor.ofFloats(Shape.of(3), 1, 2, 3));
                    Loop loop = algebra.loop(x.get(0), yes(algebra), List.of(x.get(1)), (i, state) -> {
                        Tensor next = state.get(0)
                                .times(outside)
                                .plus(constant)
                                .minus(x.get(1).times(i.to(DType.FLOAT32)));
                        return new Turn(yes(algebra), List.of(next.tanh()), List.of(outside, x.get(1), constant));
                    });
                    return List.of(
                            loop.state().get(0),
                            loop.emitted().get(0),
                            loop.emitted().get(1),
                            loop.emitted().get(2),
                            outside);
                },
                HostTensor.scalar(3L),
                X);
    }

    @Test
    void aTurnReadsParameters() {
        HostTensor weight = HostTensor.ofFloats(Shape.of(3, 3), 1, 2, 0, -1, 0.5f, 1, 0, 0, 1);
        HostTensor bias = HostTensor.ofFloats(Shape.of(3), 0.1f, 0.2f, 0.3f);
        Map<String, HostTensor> weights = new java.util.TreeMap<>(Map.of("a.bias", bias, "b.weight", weight));
        Function<List<Tensor>, List<Tensor>> formula = x -> {
            Algebra algebra = x.get(0).algebra();
            Loop loop = algebra.loop(algebra.scalar(3L), yes(algebra), List.of(x.get(0)), (i, state) -> {
                Tensor h = state.get(0).linear(x.get(2), x.get(1)).tanh();
                return new Turn(yes(algebra), List.of(h), List.of(h.linear(x.get(2), null)));
            });
            return List.of(loop.state().get(0), loop.emitted().get(0), x.get(0).linear(x.get(2), x.get(1)));
        };
        List<Port> ports = List.of(OperationCase.port("x", X));
        List<HostTensor> expected = run(new ReferenceBackend(), ports, weights, formula, List.of(X));
        List<HostTensor> actual = run(backend(), ports, weights, formula, List.of(X));
        for (int i = 0; i < expected.size(); i++) {
            close(actual.get(i), expected.get(i), "result " + i);
        }
    }

    @Test
    void statesMayStaySwapOrRepeat() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Tensor other = x.get(0).negate();
                    List<Tensor> start = List.of(x.get(0), other, x.get(0), other);
                    Loop loop = algebra.loop(
                            algebra.scalar(3L),
                            yes(algebra),
                            start,
                            (i, state) -> new Turn(
                                    yes(algebra),
                                    // swapped; kept; replaced by what stands outside
                                    List.of(state.get(1), state.get(0), state.get(2), x.get(0)),
                                    List.of(state.get(0), state.get(0), state.get(3))));
                    List<Tensor> results = new ArrayList<>(loop.state());
                    results.addAll(loop.emitted());
                    return results;
                },
                X);
    }

    @Test
    void proceedMayBeAStateOrAnInput() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Loop loop = algebra.loop(
                            algebra.scalar(5L),
                            x.get(0),
                            List.of(x.get(0), algebra.scalar(0L)),
                            (i, state) -> new Turn(
                                    state.get(0),
                                    List.of(
                                            i.lessThan(algebra.scalar(2L)),
                                            state.get(1).plus(algebra.scalar(1L))),
                                    List.of(i)));
                    return List.of(loop.state().get(1), loop.emitted().get(0));
                },
                YES);
    }

    @Test
    void loopsNest() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Tensor outermost = x.get(0).exp();
                    Loop outer = algebra.loop(algebra.scalar(3L), yes(algebra), List.of(x.get(0)), (i, state) -> {
                        Tensor scaled = state.get(0).times(0.5f);
                        Loop inner = algebra.loop(
                                i,
                                yes(algebra),
                                List.of(state.get(0)),
                                (j, held) -> new Turn(
                                        yes(algebra),
                                        List.of(held.get(0)
                                                .plus(scaled)
                                                .plus(outermost)
                                                .plus(j.plus(i).to(DType.FLOAT32))),
                                        List.of()));
                        return new Turn(
                                yes(algebra),
                                inner.state(),
                                List.of(inner.state().get(0)));
                    });
                    return List.of(outer.state().get(0), outer.emitted().get(0));
                },
                X);
    }

    @Test
    void loopsFollowEachOther() {
        assertSame(
                x -> {
                    Algebra algebra = x.get(0).algebra();
                    Loop first = algebra.loop(
                            algebra.scalar(2L),
                            yes(algebra),
                            List.of(x.get(0)),
                            (i, state) -> new Turn(
                                    yes(algebra),
                                    List.of(state.get(0).plus(1f)),
                                    List.of(state.get(0).sum(false))));
                    Loop second = algebra.loop(
                            algebra.scalar(2L),
                            yes(algebra),
                            first.state(),
                            (i, state) -> new Turn(
                                    yes(algebra),
                                    List.of(state.get(0)
                                            .times(first.emitted().get(0).sum(false))),
                                    List.of()));
                    return second.state();
                },
                X);
    }

    @Test
    void aBeamSearchIsALoopOnAnOpenBatch() {
        Port start = new Port("start", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 2, 3));
        Port width = new Port("width", DType.INT64, Shape.of());
        HostTensor table = HostTensor.ofFloats(Shape.of(3, 3), 0.9f, -0.3f, 0.2f, 0.1f, 0.7f, -0.6f, -0.2f, 0.4f, 0.8f);
        Function<List<Tensor>, List<Tensor>> formula = x -> {
            Algebra algebra = x.get(0).algebra();
            Tensor k = x.get(1);
            Tensor first = x.get(0).slice(1, 0, 1); // (N, 1, 3)
            Tensor zero = first.sum(false, -1).times(0f); // (N, 1)
            List<Tensor> state = List.of(first, zero, zero.to(DType.INT64).expandDims(-1));
            Loop loop = algebra.loop(algebra.scalar(4L), yes(algebra), state, (i, s) -> {
                Tensor h = s.get(0); // (N, K, 3)
                Tensor scores =
                        h.linear(x.get(2), null).logSoftmax(-1).plus(s.get(1).expandDims(-1)); // (N, K, 3)
                var best = scores.reshape(0, -1).topK(k); // (N, k)
                Tensor from = best.indices().floorDividedBy(3); // (N, k)
                Tensor word = best.indices().remainder(3);
                Tensor next = h.gatherRows(from).plus(x.get(2).rows(word)).tanh();
                Tensor ids = algebra.concat(2, List.of(s.get(2).gatherRows(from), word.expandDims(-1))); // (N, k, t)
                return new Turn(yes(algebra), List.of(next, best.values(), ids), List.of());
            });
            return loop.state();
        };
        Map<String, HostTensor> weights = Map.of("table", table);
        Formula program = new Formula(List.of(start, width), weights, 3, formula);
        try (Executable executable = backend().compile(program, new Stored(weights), Device.cpu(), 1);
                Executable reference = new ReferenceBackend().compile(program, new Stored(weights), Device.cpu(), 1)) {
            for (int n = 1; n <= 4; n++) {
                float[] values = new float[n * 6];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) Math.sin(1 + 7.3 * i);
                }
                List<HostTensor> inputs = List.of(
                        HostTensor.ofFloats(Shape.of(n, 2, 3), values), HostTensor.scalar((long) Math.min(n, 3)));
                List<HostTensor> expected = reference.run(inputs);
                List<HostTensor> actual = executable.run(inputs);
                for (int i = 0; i < expected.size(); i++) {
                    close(actual.get(i), expected.get(i), "batch of " + n + ", state " + i);
                }
            }
        }
    }

    @Test
    void whatDoesNotFitALoopIsRefused() {
        Function<List<Tensor>, List<Tensor>> trips = x -> x.get(0)
                .algebra()
                .loop(x.get(0), yes(x.get(0).algebra()), x, (i, state) -> new Turn(yes(i.algebra()), state, List.of()))
                .state();
        Function<List<Tensor>, List<Tensor>> proceed = x -> x.get(0)
                .algebra()
                .loop(
                        x.get(0).algebra().scalar(1L),
                        x.get(0),
                        x,
                        (i, state) -> new Turn(yes(i.algebra()), state, List.of()))
                .state();
        Function<List<Tensor>, List<Tensor>> fewer =
                turn((i, state) -> new Turn(yes(i.algebra()), List.of(), List.of()));
        Function<List<Tensor>, List<Tensor>> type = turn(
                (i, state) -> new Turn(yes(i.algebra()), List.of(state.get(0).to(DType.INT64)), List.of()));
        Function<List<Tensor>, List<Tensor>> rank = turn(
                (i, state) -> new Turn(yes(i.algebra()), List.of(state.get(0).expandDims(0)), List.of()));
        Function<List<Tensor>, List<Tensor>> again = turn((i, state) -> new Turn(i, state, List.of()));
        for (Function<List<Tensor>, List<Tensor>> wrong : List.of(trips, proceed, fewer, type, rank, again)) {
            Formula program = new Formula(List.of(OperationCase.port("x", X)), Map.of(), 1, wrong);
            assertThatThrownBy(() -> run(backend(), program, Map.of(), List.of(X)))
                    .isExactlyInstanceOf(ShapeException.class);
        }
    }

    private static Function<List<Tensor>, List<Tensor>> turn(Algebra.LoopBody body) {
        return x -> {
            Algebra algebra = x.get(0).algebra();
            return algebra.loop(algebra.scalar(2L), yes(algebra), x, body).state();
        };
    }

    // parts
    // ------------------------------------------------------------------------------------------------------------

    private static Tensor yes(Algebra algebra) {
        return algebra.constant(YES);
    }

    private void assertSame(Function<List<Tensor>, List<Tensor>> formula, HostTensor... inputs) {
        List<Port> ports = new ArrayList<>();
        for (HostTensor input : inputs) {
            ports.add(OperationCase.port("x" + ports.size(), input));
        }
        List<HostTensor> expected = run(new ReferenceBackend(), ports, Map.of(), formula, List.of(inputs));
        List<HostTensor> actual = run(backend(), ports, Map.of(), formula, List.of(inputs));
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            close(actual.get(i), expected.get(i), "result " + i);
        }
    }
}
