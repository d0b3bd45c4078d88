package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.metrics.CaptionMetrics;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.search.CaptionProgram;
import io.captioner.search.SamplingProgram;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Training by reward, on whichever backend's tests extend this. */
@Timeout(300)
public abstract class SelfCriticalContract {
    private static final CaptionerArchitecture TINY = new CaptionerArchitecture(
            new TinyEncoder(4, 3),
            AttentionLstm.builder()
                    .embeddingSize(4)
                    .hiddenSize(5)
                    .attention(AdditiveAttention.relu(3))
                    .dropout(0.5)
                    .build());
    private static final int WORDS = 8;

    @TempDir
    Path folder;

    /** The backend under test. */
    protected abstract TrainingBackend backend();

    @ParameterizedTest
    @ValueSource(doubles = {1, 0.7})
    void theGradientIsThatOfFiniteDifferences(double temperature) {
        Random random = new Random(1);
        float[] features = new float[2 * 4 * 3];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat();
        }
        long[] captions = {
            1, 5, 6, 2, 0, 1, 7, 2, 0, 0, 1, 4, 4, 6, 5, // cut off
            1, 2, 0, 0, 0, 1, 6, 5, 4, 2, 1, 5, 5, 2, 0
        };
        List<HostTensor> batch = List.of(
                HostTensor.ofFloats(Shape.of(2, 4, 3), features),
                HostTensor.ofLongs(Shape.of(2, 3, 5), captions),
                HostTensor.ofFloats(Shape.of(2, 3), 0.8f, -0.3f, 1.2f, -0.9f, 0.4f, 0));
        try (TrainingSession session = backend()
                .train(
                        new SelfCriticalProgram(program(), temperature),
                        Weights.none(),
                        new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), name -> true, 3),
                        Device.cpu(),
                        1)) {
            Map<String, HostTensor> weights = session.weights();
            Map<String, HostTensor> optimizer = session.optimizerState();
            Map<String, HostTensor> gradients = session.gradients(batch);
            int compared = 0;
            for (Map.Entry<String, HostTensor> weight : weights.entrySet()) {
                float[] gradient = gradients.get(weight.getKey()).toFloatArray();
                for (int i = 0; i < gradient.length; i += 3) {
                    double numeric = (loss(session, weights, optimizer, weight.getKey(), i, 0.02f, batch)
                                    - loss(session, weights, optimizer, weight.getKey(), i, -0.02f, batch))
                            / 0.04;
                    assertThat((double) gradient[i])
                            .as(weight.getKey() + "[" + i + "]")
                            .isCloseTo(numeric, within(1e-3));
                    compared++;
                }
            }
            assertThat(compared).isGreaterThan(100);
            // Words that are never written are not made likelier by captions that were bad.
            float[] bias = gradients.get("decoder.fc.bias").toFloatArray();
            assertThat(bias[Vocabulary.PADDING]).isZero();
            assertThat(bias[Vocabulary.START]).isZero();
            assertThat(bias[Vocabulary.UNKNOWN]).isZero();
            assertThat(Math.abs(bias[Vocabulary.END])).isGreaterThan(1e-3f);
        }
    }

    private static double loss(
            TrainingSession session,
            Map<String, HostTensor> weights,
            Map<String, HostTensor> optimizer,
            String name,
            int index,
            float by,
            List<HostTensor> batch) {
        Map<String, HostTensor> moved = new LinkedHashMap<>(weights);
        float[] values = weights.get(name).toFloatArray();
        values[index] += by;
        moved.put(name, HostTensor.ofFloats(weights.get(name).shape(), values));
        session.restore(moved, optimizer);
        return session.evaluate(batch).get(0).floats().get(0);
    }

    @Test
    void theLossIsTheSumOfAdvantageTimesLogProbabilityOverTheWords() {
        HostTensor features = HostTensor.ofFloats(Shape.of(1, 4, 3), new float[12]);
        HostTensor captions = HostTensor.ofLongs(Shape.of(1, 2, 4), 1, 5, 2, 0, 1, 6, 7, 2);
        // With all weights 0 each of the five words that may be written has probability 1/5.
        try (TrainingSession session = backend()
                .train(
                        new SelfCriticalProgram(program(), 1),
                        Weights.none(),
                        new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), name -> true, 3),
                        Device.cpu(),
                        1)) {
            Map<String, HostTensor> zeros = new LinkedHashMap<>();
            session.weights()
                    .forEach((name, value) -> zeros.put(
                            name,
                            HostTensor.ofFloats(
                                    value.shape(), new float[(int) value.shape().size()])));
            session.restore(zeros, session.optimizerState());
            List<HostTensor> outputs =
                    session.evaluate(List.of(features, captions, HostTensor.ofFloats(Shape.of(1, 2), 1.5f, -0.5f)));
            double logFive = Math.log(5);
            assertThat((double) outputs.get(0).floats().get(0))
                    .isCloseTo((1.5 * 2 - 0.5 * 3) * logFive / 5, within(1e-6));
            assertThat((double) outputs.get(1).floats().get(0)).isCloseTo(logFive, within(1e-6));
            assertThat(outputs.get(2).longs().get(0)).isEqualTo(5);
        }
    }

    private static CaptionProgram program() {
        return CaptionProgram.fromFeatures(TINY, new EncoderArchitecture.Grid(2, 2), WORDS);
    }

    /**
     * What it raises is the expected reward of what the model draws; with a few dozen pictures that, too, differs from seed to seed, so it is the
     * mean over three. The greedy captions of eight other pictures follow it with one baseline only.
     */
    @ParameterizedTest
    @EnumSource(SelfCritical.Baseline.class)
    void aPhaseOfItMakesWhatTheModelDrawsBetter(SelfCritical.Baseline baseline) throws IOException {
        CaptionDataset dataset = draw();
        double raised = 0;
        double better = 0;
        for (int seed = 1; seed <= 3; seed++) {
            List<RewardMetrics> rewards = new ArrayList<>();
            better += phase(dataset, baseline, seed, rewards) / 3;
            int steps = rewards.size();
            raised += (mean(rewards.subList(steps - 12, steps)) - mean(rewards.subList(0, 12))) / 3;
            assertThat(rewards.get(steps - 1).step()).isEqualTo(steps);
            assertThat(rewards)
                    .allSatisfy(step ->
                            assertThat(step.greedy() != null).isEqualTo(baseline == SelfCritical.Baseline.GREEDY));
            assertThat(rewards)
                    .allSatisfy(step -> assertThat(step.sampleLength()).isBetween(0.0, 20.0));
        }
        assertThat(raised).as("what the mean reward was raised by").isGreaterThan(0.4);
        if (baseline == SelfCritical.Baseline.OTHER_SAMPLES) {
            assertThat(better).as("CIDEr-D gained by greedy captions").isGreaterThan(0.4);
        }
    }

    /** Trains a little, then by reward; how much better greedy captions became. */
    private double phase(CaptionDataset dataset, SelfCritical.Baseline baseline, int seed, List<RewardMetrics> rewards)
            throws IOException {
        Path half = folder.resolve("half-" + seed);
        trainer(dataset, half)
                .weights(encoder())
                .trainEncoder()
                .encoderLearningRate(0.003)
                .epochs(8)
                .learningRate(0.01)
                .seed(seed)
                .build()
                .train();
        ModelPackage before = ModelPackage.load(half);
        TrainingResult result = trainer(dataset, folder.resolve("better-" + seed))
                .weights(before.weights())
                .vocabulary((Vocabulary) before.vocabulary())
                .selfCritical(new SelfCritical(16, baseline, 0.5, 1, false))
                .trainEncoder()
                .encoderLearningRate(0.002)
                .epochs(15)
                .learningRate(0.006)
                .seed(seed)
                .listener(new TrainingListener() {
                    @Override
                    public void onReward(RewardMetrics step) {
                        rewards.add(step);
                    }
                })
                .build()
                .train();
        ModelPackage after = ModelPackage.load(result.model());
        assertThat(after.provenance().recipe().get("selfCritical")).contains(baseline.name());
        return greedy(after, dataset) - greedy(before, dataset);
    }

    private static double mean(List<RewardMetrics> steps) {
        return steps.stream().mapToDouble(RewardMetrics::samples).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnBitForBitAfterACrash(boolean dropout) throws IOException {
        CaptionDataset dataset = draw();
        SelfCritical options =
                SelfCritical.otherSamplesBaseline().withSamples(3).withDropout(dropout);
        Path unbroken = folder.resolve("unbroken");
        trainer(dataset, unbroken)
                .weights(encoder())
                .selfCritical(options)
                .epochs(2)
                .build()
                .train();
        Path broken = folder.resolve("broken");
        Trainer first = trainer(dataset, broken)
                .weights(encoder())
                .selfCritical(options)
                .epochs(2)
                .checkpointEvery(4)
                .listener(new CrashAt(9))
                .build();
        assertThatThrownBy(first::train).hasMessage("crash");
        trainer(dataset, broken)
                .weights(encoder())
                .selfCritical(options)
                .epochs(2)
                .checkpointEvery(4)
                .resume(true)
                .build()
                .train();
        Safetensors one = Safetensors.open(unbroken.resolve("weights.safetensors"));
        Safetensors other = Safetensors.open(broken.resolve("weights.safetensors"));
        for (String name : one.names()) {
            assertThat(other.read(name).toFloatArray())
                    .as(name)
                    .isEqualTo(one.read(name).toFloatArray());
        }
    }

    private CaptionDataset draw() throws IOException {
        Path json = Squares.draw(folder.resolve("pictures"), 64);
        return CaptionDataset.karpathy(json, json.getParent());
    }

    private Trainer.Builder trainer(CaptionDataset dataset, Path output) {
        return Trainer.builder()
                .architecture(new CaptionerArchitecture(
                        new TinyEncoder(4, 8),
                        AttentionLstm.builder()
                                .embeddingSize(12)
                                .hiddenSize(16)
                                .attention(AdditiveAttention.relu(8))
                                .dropout(0.2)
                                .build()))
                .transform(ImageTransform.squash(16))
                .dataset(dataset)
                .minCount(1)
                .batchImages(4)
                .threads(1)
                .output(output);
    }

    /** CIDEr-D of the greedy captions of the dev split. */
    private double greedy(ModelPackage model, CaptionDataset dataset) {
        SamplingProgram program = new SamplingProgram(CaptionProgram.fromPixels(
                model.architecture(), model.transform(), model.vocabulary().size()));
        List<CaptionDataset.Example> dev = dataset.split(CaptionDataset.Split.VAL);
        HostTensor pixels = new DecodedPictures(
                        dev.stream().map(CaptionDataset.Example::image).toList(), model.transform())
                .read(IntStream.range(0, dev.size())
                        .mapToObj(i -> new BatchPlan.Item(i, new int[0], false))
                        .toList());
        Map<String, List<String>> references = new LinkedHashMap<>();
        Map<String, String> results = new LinkedHashMap<>();
        try (Executable search = backend().compile(program, model.weights(), Device.cpu(), 1)) {
            SamplingProgram.Draw draw = new SamplingProgram.Draw(0, true, 21, 1, 0);
            WrittenCaptions written =
                    new WrittenCaptions(search.run(program.inputs(pixels, draw, Vocabulary.IDS.never()))
                            .get(0));
            for (int i = 0; i < dev.size(); i++) {
                references.put(
                        "" + i,
                        dev.get(i).words().stream()
                                .map(words -> String.join(" ", words))
                                .toList());
                long[] ids =
                        Arrays.stream(written.words(i, 0, 20)).asLongStream().toArray();
                results.put("" + i, ((Vocabulary) model.vocabulary()).text(ids));
            }
        }
        return CaptionMetrics.score(references, results).ciderD();
    }

    private static Weights encoder() {
        Random random = new Random(3);
        float[] patches = new float[8 * 3 * 16];
        float[] places = new float[8 * 8];
        for (int i = 0; i < patches.length; i++) {
            patches[i] = (random.nextFloat() - 0.5f) * 0.6f;
        }
        for (int i = 0; i < places.length; i++) {
            places[i] = random.nextFloat() - 0.5f;
        }
        return Weights.of(Map.of(
                "encoder.patches.weight", HostTensor.ofFloats(Shape.of(8, 3, 4, 4), patches),
                "encoder.places.weight", HostTensor.ofFloats(Shape.of(8, 8, 1, 1), places)));
    }
}
