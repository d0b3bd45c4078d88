package io.captioner.train;

import io.captioner.metrics.CaptionReward;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.search.SamplingProgram;
import io.captioner.text.Vocabulary;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** What {@link SelfCritical} training learns from: captions of the model as it is, and what they are worth. N pictures, R samples. */
final class SelfCriticalSteps {
    private final SelfCritical options;
    private final SamplingProgram program;
    private final CaptionReward reward;
    private final int maxWords;

    SelfCriticalSteps(
            SelfCritical options, TrainingInputs inputs, Vocabulary vocabulary, Examples train, Recipe recipe) {
        this.options = options;
        this.program = new SamplingProgram(inputs.search());
        this.reward = new CaptionReward(train.captions(), vocabulary.words(), true, options.bleuWeight());
        this.maxWords = recipe.maxLength();
    }

    Program program() {
        return new SelfCriticalProgram(program.captions(), options.temperature());
    }

    /**
     * What a step learns from.
     *
     * @param inputs of {@link SelfCriticalProgram}
     */
    record Lesson(List<HostTensor> inputs, RewardMetrics metrics) {}

    /**
     * @param source first input of the pictures
     * @param step finished ones
     */
    Lesson lesson(TrainingSession session, List<BatchPlan.Item> items, HostTensor source, long seed, long step) {
        long before = System.nanoTime();
        int samples = options.samples();
        boolean greedy = options.baseline() == SelfCritical.Baseline.GREEDY;
        WrittenCaptions written = write(
                session, source, new SamplingProgram.Draw(samples, greedy, maxWords + 1, options.temperature(), seed));
        long drawn = System.nanoTime();
        double[] rewards = rewards(items, written);
        float[] advantage = new float[items.size() * samples];
        Means drawnOnes = new Means();
        Means greedyOnes = new Means();
        for (int n = 0; n < items.size(); n++) {
            int at = n * written.rows();
            double sum = 0;
            for (int r = 0; r < samples; r++) {
                sum += rewards[at + r];
                drawnOnes.add(rewards[at + r], written.words(n, r, maxWords).length);
            }
            for (int r = 0; r < samples; r++) {
                double baseline = greedy ? rewards[at + samples] : (sum - rewards[at + r]) / (samples - 1);
                advantage[n * samples + r] = (float) (rewards[at + r] - baseline);
            }
            if (greedy) {
                greedyOnes.add(rewards[at + samples], written.words(n, samples, maxWords).length);
            }
        }
        RewardMetrics metrics = new RewardMetrics(
                step + 1,
                drawnOnes.reward(),
                greedy ? greedyOnes.reward() : null,
                drawnOnes.length(),
                greedy ? greedyOnes.length() : null,
                (drawn - before) * 1e-9,
                (System.nanoTime() - drawn) * 1e-9);
        return new Lesson(
                List.of(
                        source,
                        written.batch(samples),
                        HostTensor.ofFloats(Shape.of(items.size(), samples), advantage)),
                metrics);
    }

    /** One step on what the model writes now. */
    TrainingSession.StepReport learn(
            TrainingSession session, Lesson lesson, ToDoubleFunction<String> learningRate, long seed) {
        return options.dropout()
                ? session.step(lesson.inputs(), learningRate, seed)
                : session.step(lesson.inputs(), learningRate);
    }

    private WrittenCaptions write(TrainingSession session, HostTensor source, SamplingProgram.Draw draw) {
        List<HostTensor> inputs = program.inputs(source, draw, Vocabulary.IDS.never());
        return new WrittenCaptions(session.run(program, inputs).get(0));
    }

    /** Of all rows of all pictures, in the threads of the common pool. */
    private double[] rewards(List<BatchPlan.Item> items, WrittenCaptions written) {
        int rows = written.rows();
        return IntStream.range(0, items.size() * rows)
                .parallel()
                .mapToDouble(i -> {
                    int[] words = written.words(i / rows, i % rows, maxWords);
                    return reward.of(items.get(i / rows).image(), words, written.ended(i / rows, i % rows));
                })
                .toArray();
    }

    private static final class Means {
        private double rewards;
        private long words;
        private int count;

        void add(double value, int length) {
            rewards += value;
            words += length;
            count++;
        }

        double reward() {
            return rewards / count;
        }

        double length() {
            return (double) words / count;
        }
    }
}
