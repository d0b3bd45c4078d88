package io.captioner.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.contract.OperationCase.Stored;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The part of {@link GradientContract} that is about chance: what a seed decides, and that a restored session goes on with the same bits. */
abstract class SeedContract extends UpdateContract {
    @Test
    void noiseIsStandardNormalAndRepeatsBySeed() {
        HostTensor x = HostTensor.ofFloats(Shape.of(101, 99), new float[101 * 99]);
        Program program = program(
                List.of(x),
                parameters -> {
                    Tensor w = parameters.parameter("w", Shape.of(1), Initializer.ONES);
                    return t -> List.of(w.sum(false), t.get(0).noise(), t.get(0).noise());
                },
                3);
        try (TrainingSession session = open(program, Map.of(), Optimizer.sgd(0), GradientClip.none(), name -> true)) {
            List<HostTensor> first = session.step(List.of(x), name -> 0, 7).outputs();
            float[] one = first.get(0).toFloatArray();
            float[] two = first.get(1).toFloatArray();
            double sum = 0;
            double squares = 0;
            double product = 0;
            for (int i = 0; i < one.length; i++) {
                sum += one[i];
                squares += one[i] * one[i];
                product += one[i] * two[i] + (i > 0 ? one[i] * one[i - 1] : 0);
            }
            double five = 5 / Math.sqrt(one.length);
            assertThat(sum / one.length).isCloseTo(0, within(five));
            assertThat(squares / one.length).isCloseTo(1, within(five * Math.sqrt(2)));
            assertThat(product / one.length).isCloseTo(0, within(five * Math.sqrt(2)));
            assertThat(session.step(List.of(x), name -> 0, 7).outputs().get(0).toFloatArray())
                    .isEqualTo(one);
            assertThat(session.step(List.of(x), name -> 0, 8).outputs().get(0).toFloatArray())
                    .isNotEqualTo(one);
            assertThat(session.evaluate(List.of(x)).get(1).toFloatArray()).containsOnly(0f);
        }
    }

    @Test
    void dropoutZeroesAndScalesAndRepeatsBySeed() {
        float[] ones = new float[4000];
        Arrays.fill(ones, 1f);
        HostTensor x = HostTensor.ofFloats(Shape.of(40, 100), ones);
        Program program = program(
                List.of(x),
                parameters -> {
                    Tensor w = parameters.parameter("w", Shape.of(1), Initializer.ONES);
                    return t -> {
                        Tensor dropped = t.get(0).times(w).dropout(0.25f);
                        return List.of(dropped.sum(false), dropped);
                    };
                },
                2);
        try (TrainingSession session = open(program, Map.of(), Optimizer.sgd(0), GradientClip.none(), name -> true)) {
            float[] first =
                    session.step(List.of(x), name -> 0, 7).outputs().get(0).toFloatArray();
            float[] again =
                    session.step(List.of(x), name -> 0, 7).outputs().get(0).toFloatArray();
            float[] other =
                    session.step(List.of(x), name -> 0, 8).outputs().get(0).toFloatArray();
            int zeros = 0;
            for (float value : first) {
                assertThat(value == 0f || Math.abs(value - 4 / 3f) < 1e-6f)
                        .as("0 or 1 / (1 - p), not " + value)
                        .isTrue();
                zeros += value == 0f ? 1 : 0;
            }
            assertThat(zeros).isBetween(850, 1150); // 1000, five deviations of 27
            assertThat(again).isEqualTo(first);
            assertThat(other).isNotEqualTo(first);
            assertThat(session.evaluate(List.of(x)).get(1).toFloatArray()).isEqualTo(ones);
        }
    }

    @Test
    void whatIsNotStoredIsInitialisedBySeed() {
        HostTensor x = HostTensor.scalar(1f);
        Program program = program(
                List.of(x),
                parameters -> {
                    Tensor stored = parameters.parameter("stored", Shape.of(2), Initializer.ZEROS);
                    Tensor fresh = parameters.parameter("fresh", Shape.of(2, 5), Initializer.uniform(0.1f));
                    Tensor ones = parameters.buffer("ones", Shape.of(3), Initializer.ONES);
                    return t -> List.of(stored.sum(false)
                            .plus(fresh.sum(false))
                            .plus(ones.sum(false))
                            .times(t.get(0)));
                },
                1);
        Map<String, HostTensor> weights = Map.of("stored", HostTensor.ofFloats(Shape.of(2), 3, 4));
        List<Map<String, HostTensor>> made = new ArrayList<>();
        for (long seed : new long[] {1, 1, 2}) {
            TrainingBackend.Settings settings =
                    new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), name -> true, seed);
            try (TrainingSession session = backend().train(program, new Stored(weights), settings, Device.cpu(), 1)) {
                made.add(session.weights());
            }
        }
        assertThat(made.get(0).keySet()).containsExactlyInAnyOrder("stored", "fresh", "ones");
        assertThat(made.get(0).get("stored").toFloatArray()).containsExactly(3, 4);
        assertThat(made.get(0).get("ones").toFloatArray()).containsExactly(1, 1, 1);
        assertSameBits(made.get(1), made.get(0));
        assertThat(made.get(2).get("fresh").toFloatArray())
                .isNotEqualTo(made.get(0).get("fresh").toFloatArray());
        for (float value : made.get(0).get("fresh").toFloatArray()) {
            assertThat(value).isBetween(-0.1f, 0.1f);
        }
    }

    @Test
    void restoreGoesOnBitForBit() {
        HostTensor x = random(3, 4, 6);
        Program program = program(
                List.of(x),
                parameters -> {
                    Tensor w = parameters.parameter("fc.weight", Shape.of(5, 6), Initializer.uniform(0.5f));
                    Tensor b = parameters.parameter("fc.bias", Shape.of(5), Initializer.ZEROS);
                    Tensor mean = parameters.buffer("bn.running_mean", Shape.of(5), Initializer.ZEROS);
                    Tensor variance = parameters.buffer("bn.running_var", Shape.of(5), Initializer.ONES);
                    Tensor scale = parameters.parameter("bn.weight", Shape.of(5), Initializer.ONES);
                    Tensor shift = parameters.parameter("bn.bias", Shape.of(5), Initializer.ZEROS);
                    return t -> {
                        Tensor h = t.get(0)
                                .linear(w, b)
                                .batchNorm(mean, variance, scale, shift, 1e-5f, 0.1f)
                                .tanh()
                                .dropout(0.3f);
                        return List.of(h.times(h).plus(h).mean(false));
                    };
                },
                1);
        for (Optimizer optimizer : List.of(
                Optimizer.adam(),
                new Optimizer.Adam(0.9, 0.99, 1e-8, 0.01, false, true, true),
                Optimizer.adamW(0.1),
                Optimizer.sgd(0.9))) {
            Map<String, HostTensor> weights;
            Map<String, HostTensor> state;
            Map<String, HostTensor> expected;
            try (TrainingSession session =
                    open(program, Map.of(), optimizer, GradientClip.globalNorm(1), name -> true)) {
                for (int step = 0; step < 3; step++) {
                    session.step(List.of(x), name -> 0.01, step);
                }
                weights = session.weights();
                state = session.optimizerState();
                for (int step = 3; step < 6; step++) {
                    session.step(List.of(x), name -> 0.01, step);
                }
                expected = session.weights();
                session.restore(weights, state);
                for (int step = 3; step < 6; step++) {
                    session.step(List.of(x), name -> 0.01, step);
                }
                assertSameBits(session.weights(), expected);
            }
            try (TrainingSession another =
                    open(program, Map.of(), optimizer, GradientClip.globalNorm(1), name -> true)) {
                another.restore(weights, state);
                for (int step = 3; step < 6; step++) {
                    another.step(List.of(x), name -> 0.01, step);
                }
                assertSameBits(another.weights(), expected);
            }
        }
    }

    /** Standard normal numbers. */
    static HostTensor random(long seed, long... shape) {
        Random random = new Random(seed);
        float[] values = new float[(int) Shape.of(shape).size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return HostTensor.ofFloats(Shape.of(shape), values);
    }
}
