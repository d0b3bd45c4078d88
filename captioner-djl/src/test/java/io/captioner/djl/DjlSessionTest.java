package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend.Settings;
import io.captioner.train.TrainingSession;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DjlSessionTest {
    private static final AttentionLstm NET = new AttentionLstm(11, 6, 5, 4, 7, 0.5f);
    private static final Program LOSS = NET.trainingLoss(3, 4, 5);

    private static TrainingSession session(Optimizer optimizer, GradientClip clip, Predicate<String> learned) {
        return session(LOSS, Map.of(), optimizer, clip, learned);
    }

    private static TrainingSession session(
            Program program,
            Map<String, HostTensor> initial,
            Optimizer optimizer,
            GradientClip clip,
            Predicate<String> learned) {
        return new DjlBackend()
                .train(program, Programs.source(initial), new Settings(optimizer, clip, learned, 7), Device.cpu(), 1);
    }

    private static List<HostTensor> batch(int seed) {
        Random random = new Random(seed);
        long[] captions = random.longs(15, 1, 11).toArray();
        return List.of(Programs.random(seed, 3, 4, 7), HostTensor.ofLongs(Shape.of(3, 5), captions));
    }

    static List<Optimizer> optimizers() {
        return List.of(
                Optimizer.adam(),
                Optimizer.adamW(0.1),
                new Optimizer.Adam(0.9, 0.99, 1e-8, 0.01, false, true, true),
                new Optimizer.Sgd(0.9, true, 0.01));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void continuesBitForBitAfterRestore(Optimizer optimizer) {
        List<Float> losses = new ArrayList<>();
        Map<String, HostTensor> straight;
        try (TrainingSession session = session(optimizer, GradientClip.globalNorm(0.5), name -> true)) {
            for (int step = 0; step < 6; step++) {
                losses.add(session.step(batch(step), name -> 0.01, step).loss());
            }
            straight = session.weights();
        }
        Map<String, HostTensor> weights;
        Map<String, HostTensor> state;
        try (TrainingSession session = session(optimizer, GradientClip.globalNorm(0.5), name -> true)) {
            for (int step = 0; step < 3; step++) {
                session.step(batch(step), name -> 0.01, step);
            }
            weights = session.weights();
            state = session.optimizerState();
        }
        try (TrainingSession session = session(optimizer, GradientClip.globalNorm(0.5), name -> true)) {
            session.step(batch(99), name -> 0.1, 99); // what restoring must undo
            session.restore(weights, state);
            for (int step = 3; step < 6; step++) {
                assertThat(session.step(batch(step), name -> 0.01, step).loss()).isEqualTo(losses.get(step));
            }
            session.weights()
                    .forEach((name, value) -> assertThat(value.toFloatArray())
                            .as(name)
                            .isEqualTo(straight.get(name).toFloatArray()));
        }
    }

    @Test
    void dropsOtherUnitsForAnotherSeed() {
        try (TrainingSession a = session(Optimizer.adam(), GradientClip.none(), name -> true);
                TrainingSession b = session(Optimizer.adam(), GradientClip.none(), name -> true)) {
            assertThat(a.step(batch(1), name -> 0, 1).loss())
                    .isEqualTo(b.step(batch(1), name -> 0, 1).loss());
            assertThat(a.step(batch(1), name -> 0, 2).loss())
                    .isNotEqualTo(b.step(batch(1), name -> 0, 3).loss());
            assertThat(a.evaluate(batch(1)).get(0).toFloatArray())
                    .isEqualTo(b.evaluate(batch(1)).get(0).toFloatArray());
        }
    }

    @Test
    void givesTheGradientsOfFiniteDifferences() {
        try (TrainingSession session = session(Optimizer.adam(), GradientClip.none(), name -> true)) {
            Map<String, HostTensor> weights = session.weights();
            Map<String, HostTensor> gradients = session.gradients(batch(3));
            assertThat(gradients.keySet())
                    .containsAll(weights.keySet())
                    .contains("features")
                    .doesNotContain("captions");
            weights.forEach((name, value) -> {
                int index = value.toFloatArray().length / 2;
                double slope = (evaluateAt(session, weights, name, index, 1e-2f)
                                - evaluateAt(session, weights, name, index, -1e-2f))
                        / 2e-2;
                assertThat((double) gradients.get(name).toFloatArray()[index])
                        .as(name)
                        .isCloseTo(slope, within(1e-4 + 2e-2 * Math.abs(slope)));
            });
        }
    }

    private static double evaluateAt(
            TrainingSession session, Map<String, HostTensor> weights, String name, int index, float change) {
        Map<String, HostTensor> moved = new HashMap<>(weights);
        float[] values = weights.get(name).toFloatArray();
        values[index] += change;
        moved.put(name, HostTensor.ofFloats(weights.get(name).shape(), values));
        session.restore(moved, Map.of());
        return session.evaluate(batch(3)).get(0).floats().get(0);
    }

    @Test
    void leavesFrozenWeightsAlone() {
        try (TrainingSession session =
                session(Optimizer.adamW(0.1), GradientClip.none(), name -> name.startsWith("fc."))) {
            Map<String, HostTensor> before = session.weights();
            session.step(batch(1), name -> 0.1, 1);
            session.weights().forEach((name, value) -> {
                if (name.startsWith("fc.")) {
                    assertThat(value.toFloatArray())
                            .as(name)
                            .isNotEqualTo(before.get(name).toFloatArray());
                } else {
                    assertThat(value.toFloatArray())
                            .as(name)
                            .isEqualTo(before.get(name).toFloatArray());
                }
            });
            assertThat(session.gradients(batch(1)).keySet())
                    .containsExactlyInAnyOrder("fc.weight", "fc.bias", "features");
        }
    }

    /** y = batch norm of (N, 2, 3); loss = sum(y * input 2). */
    private static Program normed() {
        return Programs.of(List.of(Programs.floats("x", 4, 2, 3), Programs.floats("g", 4, 2, 3)), 2, p -> {
            Tensor mean = p.scope("bn").buffer("running_mean", Shape.of(2), Initializer.ZEROS);
            Tensor var = p.scope("bn").buffer("running_var", Shape.of(2), Initializer.ONES);
            Tensor weight = p.scope("bn").parameter("weight", Shape.of(2), Initializer.ONES);
            Tensor bias = p.scope("bn").parameter("bias", Shape.of(2), Initializer.ZEROS);
            return in -> {
                Tensor y = in.get(0).batchNorm(mean, var, weight, bias, 1e-5f, 0.1f);
                return List.of(y.times(in.get(1)).sum(false), y);
            };
        });
    }

    @Test
    void movesRunningStatisticsOnlyWhereTheirScopeIsLearned() {
        List<HostTensor> batch = List.of(Programs.random(1, 4, 2, 3), Programs.random(2, 4, 2, 3));
        try (TrainingSession session =
                session(normed(), Map.of(), Optimizer.sgd(0), GradientClip.none(), name -> true)) {
            HostTensor y = session.step(batch, name -> 0.1, 1).outputs().get(0);
            double mean = 0;
            for (int n = 0; n < 4; n++) {
                for (int i = 0; i < 3; i++) {
                    mean += batch.get(0).floats().get(n * 6 + i) / 12.0;
                }
            }
            assertThat(session.weights().get("bn.running_mean").floats().get(0))
                    .isCloseTo((float) (0.1 * mean), within(1e-6f));
            assertThat(y.floats().get(0)).isNotCloseTo(batch.get(0).floats().get(0), within(1e-3f));
        }
        try (TrainingSession session =
                session(normed(), Map.of(), Optimizer.sgd(0), GradientClip.none(), name -> false)) {
            HostTensor y = session.step(batch, name -> 0.1, 1).outputs().get(0);
            assertThat(session.weights().get("bn.running_mean").toFloatArray()).containsExactly(0, 0);
            assertThat(y.floats().get(0)).isCloseTo(batch.get(0).floats().get(0), within(1e-5f));
        }
    }

    @Test
    void initialValuesDoNotDependOnTheOrderOfBinding() {
        Program ab = twoParameters("a", "b");
        Program ba = twoParameters("b", "a");
        try (TrainingSession first = session(ab, Map.of(), Optimizer.adam(), GradientClip.none(), name -> true);
                TrainingSession second = session(ba, Map.of(), Optimizer.adam(), GradientClip.none(), name -> true)) {
            assertThat(first.weights().get("a").toFloatArray())
                    .isEqualTo(second.weights().get("a").toFloatArray());
            assertThat(first.weights().get("a").toFloatArray())
                    .isNotEqualTo(first.weights().get("b").toFloatArray());
        }
    }

    private static Program twoParameters(String one, String two) {
        return Programs.of(List.of(), 1, p -> {
            Tensor a = p.parameter(one, Shape.of(3), Initializer.uniform(1));
            Tensor b = p.parameter(two, Shape.of(3), Initializer.uniform(1));
            return in -> List.of(a.times(b).sum(false));
        });
    }

    @Test
    void sessionsOnTwoThreadsDoNotDisturbEachOther() throws InterruptedException {
        float[] alone = trained();
        List<float[]> results = Collections.synchronizedList(new ArrayList<>());
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            Thread thread = new Thread(() -> results.add(trained()));
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(results).hasSize(2).allSatisfy(result -> assertThat(result).isEqualTo(alone));
    }

    private static float[] trained() {
        try (TrainingSession session = session(Optimizer.adam(), GradientClip.value(0.1), name -> true)) {
            for (int step = 0; step < 20; step++) {
                session.step(batch(step), name -> 0.01, step);
            }
            return session.weights().get("decode_step.weight_ih").toFloatArray();
        }
    }

    @Test
    void memoryStaysFlatOver1000Steps() throws IOException {
        Assumptions.assumeTrue(Files.exists(Path.of("/proc/self/status")), "skipped: no /proc here");
        try (TrainingSession session = session(Optimizer.adam(), GradientClip.globalNorm(1), name -> true)) {
            for (int step = 0; step < 300; step++) {
                session.step(batch(step % 10), name -> 0.001, step);
            }
            // The Java heap may still grow in one round or another; a leak grows in every one.
            long growth = Long.MAX_VALUE;
            for (int round = 0; round < 4 && growth >= 30_000; round++) {
                System.gc();
                long before = residentKilobytes();
                for (int step = 0; step < 1000; step++) {
                    session.step(batch(step % 10), name -> 0.001, step);
                }
                System.gc();
                growth = Math.min(growth, residentKilobytes() - before);
            }
            assertThat(growth).as("growth in kB").isLessThan(30_000);
        }
    }

    static long residentKilobytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .sum();
    }

    @Test
    void refusesWhatDoesNotFit() {
        try (TrainingSession session = session(Optimizer.adam(), GradientClip.none(), name -> true)) {
            assertThatThrownBy(() -> session.step(List.of(batch(1).get(0)), name -> 0.1, 1))
                    .isInstanceOf(ShapeException.class)
                    .hasMessageContaining("captions");
            assertThatThrownBy(() -> session.restore(Map.of(), Map.of()))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("attention.encoder_att.weight");
            assertThatThrownBy(() -> session.step(
                            List.of(batch(1).get(0), HostTensor.ofLongs(Shape.of(3, 5), new long[] {
                                99, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
                            })),
                            name -> 0.1,
                            1))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("index out of range");
            session.close();
            session.close();
            assertThatThrownBy(() -> session.evaluate(batch(1)))
                    .isInstanceOf(BackendException.class)
                    .hasMessageContaining("closed");
        }
        Map<String, HostTensor> wrong = Map.of("fc.bias", Programs.random(1, 3));
        assertThatThrownBy(() -> session(LOSS, wrong, Optimizer.adam(), GradientClip.none(), name -> true))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("fc.bias")
                .hasMessageContaining("(11)");
    }
}
