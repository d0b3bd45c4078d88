package io.captioner.train;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** One weight that learns the mean word id of the captions, with momentum and noise: all that a loop has to carry on is there. */
final class FakeSession implements TrainingSession {
    static final String WEIGHT = "decoder.weight";

    /** Dev losses to report instead of real ones. */
    final Deque<Double> scripted = new ArrayDeque<>();

    final Map<Long, Double> rates = new HashMap<>();

    float weight;
    private float velocity;
    private long steps;

    /** Decay of an average; 0 for none. */
    double averaging;

    private float average;

    @Override
    public StepReport step(List<HostTensor> batch, ToDoubleFunction<String> learningRate, long seed) {
        double target = target(batch);
        float loss = (float) Math.pow(weight - target, 2);
        float gradient = (float) (2 * (weight - target) + new Random(seed).nextGaussian() * 0.01);
        velocity = 0.5f * velocity + gradient;
        double rate = learningRate.applyAsDouble(WEIGHT);
        rates.put(steps++, rate);
        weight -= (float) (rate * velocity);
        average = (float) (averaging * average + (1 - averaging) * weight);
        return new StepReport(
                loss, Math.abs(gradient), List.of(HostTensor.scalar(loss), HostTensor.scalar(words(batch.get(1)))));
    }

    @Override
    public StepReport step(List<HostTensor> batch, ToDoubleFunction<String> learningRate) {
        throw new UnsupportedOperationException("no test asks");
    }

    @Override
    public List<HostTensor> evaluate(List<HostTensor> batch) {
        float loss = scripted.isEmpty()
                ? (float) Math.pow(weight - target(batch), 2)
                : scripted.remove().floatValue();
        return List.of(HostTensor.scalar(loss), HostTensor.scalar(loss), HostTensor.scalar(words(batch.get(1))));
    }

    @Override
    public List<HostTensor> run(Program program, List<HostTensor> inputs) {
        return evaluate(inputs);
    }

    @Override
    public StepReport accumulate(List<List<HostTensor>> parts, ToDoubleFunction<String> learningRate, long seed) {
        throw new UnsupportedOperationException("no test asks");
    }

    @Override
    public <T> T averaged(Supplier<T> work) {
        float trained = weight;
        try {
            weight = averaging > 0 ? average : weight;
            return work.get();
        } finally {
            weight = trained;
        }
    }

    private static double target(List<HostTensor> batch) {
        double sum = batch.get(0).floats().get(0) * 1e-3;
        long[] ids = batch.get(1).toLongArray();
        for (long id : ids) {
            sum += id;
        }
        return sum / ids.length;
    }

    private static long words(HostTensor captions) {
        long[] ids = captions.toLongArray();
        int length = (int) captions.shape().dim(2);
        long words = 0;
        for (int i = 0; i < ids.length; i++) {
            words += i % length > 0 && ids[i] != 0 ? 1 : 0;
        }
        return words;
    }

    @Override
    public Map<String, HostTensor> gradients(List<HostTensor> batch) {
        throw new UnsupportedOperationException("no test asks");
    }

    @Override
    public Map<String, HostTensor> weights() {
        return Map.of(WEIGHT, HostTensor.ofFloats(Shape.of(1), weight));
    }

    @Override
    public Map<String, HostTensor> optimizerState() {
        return Map.of(
                "velocity",
                HostTensor.ofFloats(Shape.of(1), velocity),
                "steps",
                HostTensor.scalar(steps),
                "average",
                HostTensor.scalar(average));
    }

    @Override
    public void restore(Map<String, HostTensor> weights, Map<String, HostTensor> optimizerState) {
        weight = weights.get(WEIGHT).floats().get(0);
        velocity = optimizerState.get("velocity").floats().get(0);
        average = optimizerState.get("average").floats().get(0);
        steps = optimizerState.get("steps").longs().get(0);
    }

    @Override
    public void close() {}
}
