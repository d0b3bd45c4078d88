package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionRnn;
import io.captioner.model.Cell;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.search.Entry;
import io.captioner.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Batches in parts and scheduled sampling: what every backend that trains must do with them. */
public abstract class GeneralTrainingContract {
    private static final int PLACES = 5;
    private static final int FEATURES = 6;
    private static final int WORDS = 9;
    private static final CaptionLoss LOSS = new CaptionLoss(0.1, 0.7);
    private static final DecoderArchitecture DECODER = AttentionRnn.builder()
            .cell(Cell.GRU)
            .embeddingSize(7)
            .hiddenSize(8)
            .attention(AdditiveAttention.relu(4))
            .dropout(0)
            .build();

    /** The backend under test. */
    protected abstract TrainingBackend backend();

    @Test
    void aBatchInPartsMakesTheStepsOfTheWholeBatch() {
        Recipes recipes = new Recipes();
        recipes.accumulation = 3;
        StepInputs inputs = new StepInputs(recipes.make(), 100);
        Program plain = TrainingProgram.fromFeatures(DECODER, PLACES, FEATURES, WORDS, LOSS);
        try (TrainingSession whole = open(plain);
                TrainingSession parts = open(general(false, true))) {
            for (int step = 0; step < 6; step++) {
                List<HostTensor> batch = batch(step);
                List<List<HostTensor>> divided = inputs.of(batch, step);
                assertThat(divided).hasSize(3);
                TrainingSession.StepReport expected = whole.step(batch, name -> 0.05, step);
                TrainingSession.StepReport actual = parts.accumulate(divided, name -> 0.05, step);
                assertThat(actual.loss()).isCloseTo(expected.loss(), within(1e-5f));
                assertThat(actual.gradientNorm()).isCloseTo(expected.gradientNorm(), within(1e-5f));
                assertThat(actual.outputs()).hasSize(6);
                assertThat(actual.outputs().stream()
                                .filter(output -> output.type() == DType.INT64)
                                .mapToLong(output -> output.longs().get(0))
                                .sum())
                        .isEqualTo(expected.outputs().get(1).longs().get(0));
            }
            Map<String, HostTensor> actual = parts.weights();
            whole.weights()
                    .forEach((name, tensor) -> assertThat(actual.get(name).toFloatArray())
                            .as(name)
                            .usingComparatorWithPrecision(2e-5f)
                            .containsExactly(tensor.toFloatArray()));
        }
    }

    @Test
    void withoutOwnWordsSampledStepsAreTeacherForced() {
        Program plain = TrainingProgram.fromFeatures(DECODER, PLACES, FEATURES, WORDS, LOSS);
        List<HostTensor> batch = batch(1);
        List<HostTensor> masked = new ArrayList<>(batch);
        masked.add(mask(batch.get(1), false));
        try (TrainingSession forced = open(plain);
                TrainingSession sampled = open(general(true, false))) {
            Map<String, HostTensor> actual = sampled.gradients(masked);
            forced.gradients(batch)
                    .forEach((name, gradient) -> assertThat(actual.get(name).toFloatArray())
                            .as(name)
                            .usingComparatorWithPrecision(1e-5f)
                            .containsExactly(gradient.toFloatArray()));
        }
    }

    /** Against teacher forcing over the captions that the model writes itself, word after word. */
    @Test
    void ownWordsAreTheLikeliestOnesAfterThoseBefore() {
        List<HostTensor> batch = batch(2);
        HostTensor real = batch.get(1);
        int length = (int) real.shape().dim(2);
        long[] own = real.toLongArray();
        List<HostTensor> masked = new ArrayList<>(batch);
        masked.add(mask(real, true));
        try (TrainingSession session = open(general(true, false))) {
            float[] logits = {};
            for (int t = 0; t + 1 < length; t++) {
                HostTensor captions = HostTensor.ofLongs(real.shape(), own);
                logits = session.run(new Logits(), List.of(batch.get(0), captions))
                        .get(0)
                        .toFloatArray();
                for (int row = 0; row < own.length / length; row++) {
                    own[row * length + t + 1] = largest(logits, (row * (length - 1) + t) * WORDS);
                }
            }
            double surprise = 0;
            int words = 0;
            long[] targets = real.toLongArray();
            for (int row = 0; row < targets.length / length; row++) {
                for (int t = 0; t + 1 < length; t++) {
                    int target = (int) targets[row * length + t + 1];
                    if (target != 0) {
                        surprise -= logProbability(logits, (row * (length - 1) + t) * WORDS, target);
                        words++;
                    }
                }
            }
            assertThat(session.evaluate(masked).get(1).floats().get(0))
                    .isCloseTo((float) (surprise / words), within(1e-4f));
        }
    }

    private static int largest(float[] values, int from) {
        int best = 0;
        for (int word = 1; word < WORDS; word++) {
            best = values[from + word] > values[from + best] ? word : best;
        }
        return best;
    }

    private static double logProbability(float[] logits, int from, int word) {
        double sum = 0;
        for (int other = 0; other < WORDS; other++) {
            sum += Math.exp(logits[from + other] - logits[from + word]);
        }
        return -Math.log(sum);
    }

    /** Logits (N, R, T - 1, V) of given captions. */
    private record Logits() implements Program {
        @Override
        public List<Port> inputs() {
            return TrainingProgram.fromFeatures(DECODER, PLACES, FEATURES, WORDS, LOSS)
                    .inputs();
        }

        @Override
        public List<String> outputs() {
            return List.of("logits");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Decoder decoder = DECODER.bind(parameters.scope("decoder"), FEATURES, WORDS);
            return inputs ->
                    List.of(decoder.teacherForced(inputs.get(0), inputs.get(1)).logits());
        }
    }

    private static GeneralTrainingProgram general(boolean sampled, boolean partial) {
        return new GeneralTrainingProgram(
                Entry.features(PLACES, FEATURES), DECODER, FEATURES, WORDS, LOSS, sampled, partial);
    }

    private TrainingSession open(Program program) {
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.sgd(0.9), GradientClip.globalNorm(1), name -> true, 5);
        return backend().train(program, Weights.none(), settings, Device.cpu(), 1);
    }

    private static HostTensor mask(HostTensor captions, boolean own) {
        boolean[] mask = new boolean[(int) captions.shape().size()];
        Arrays.fill(mask, own);
        return HostTensor.ofBooleans(captions.shape(), mask);
    }

    /** Seven pictures with two rows of captions of all lengths, one of which is empty. */
    private static List<HostTensor> batch(int step) {
        Random random = new Random(step);
        float[] features = new float[7 * PLACES * FEATURES];
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        int length = 8;
        long[] ids = new long[14 * length];
        for (int row = 0; row < 13; row++) {
            int words = 1 + random.nextInt(length - 2);
            ids[row * length] = 1;
            for (int t = 1; t <= words; t++) {
                ids[row * length + t] = 3 + random.nextInt(WORDS - 3);
            }
            ids[row * length + words + 1] = 2;
        }
        return List.of(
                HostTensor.ofFloats(Shape.of(7, PLACES, FEATURES), features),
                HostTensor.ofLongs(Shape.of(7, 2, length), ids));
    }
}
