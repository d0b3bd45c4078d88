package io.captioner.benchmarks;

import io.captioner.Device;
import io.captioner.djl.DjlBackend;
import io.captioner.model.AttentionLstm;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.train.CaptionLoss;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingProgram;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/** Training steps at the contenders' sizes: E = H = A = 512, D = 1280, L = 81, V = 3000, T = 16. */
final class TrainingWork implements AutoCloseable {
    static final int PLACES = 81;
    static final int FEATURES = 1280;
    private static final int WORDS = SizedModel.WORDS;
    static final int LENGTH = 16;

    private final Random random = new Random(1);
    private final TrainingSession session;

    TrainingWork(int threads) {
        session = new DjlBackend()
                .train(
                        TrainingProgram.fromFeatures(
                                AttentionLstm.builder().build(), PLACES, FEATURES, WORDS, new CaptionLoss(0, 1)),
                        Weights.none(),
                        new TrainingBackend.Settings(Optimizer.adam(), GradientClip.globalNorm(5), name -> true, 1),
                        Device.cpu(),
                        threads);
    }

    /** P5: batches of full and of mixed length, and six photos with five captions each; the worst of them counts. */
    void measure(Setting setting) {
        for (Work work : List.of(
                work("train.full", 32, 1, false),
                work("train.mixed", 32, 1, true),
                work("train.grouped", 6, 5, false))) {
            Map<String, String> keys = new LinkedHashMap<>();
            for (String style : List.of("seed", "fast", "bf16")) {
                keys.put(style, "P5." + work.name().substring("train.".length()) + "." + style);
            }
            setting.compare(work, keys);
        }
        Results results = setting.results();
        for (String style : List.of("seed", "fast")) {
            results.put(
                    "P5." + style,
                    Stream.of("full", "mixed", "grouped")
                            .mapToDouble(kind -> results.get("P5." + kind + "." + style))
                            .min()
                            .orElseThrow());
        }
        results.missing("P5.bf16", "captioner trains in float32; P5.*.bf16 are its steps against PyTorch's in bf16");
    }

    /** A step with thirty captions of full length: what an epoch of the same batches consists of. */
    Work grouped() {
        return work("train.grouped", 6, 5, false);
    }

    private Work work(String name, int images, int rows, boolean mixed) {
        float[] features = new float[images * PLACES * FEATURES];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat();
        }
        long[] captions = new long[images * rows * LENGTH];
        for (int row = 0; row < images * rows; row++) {
            int length = mixed && row > 0 ? random.nextInt(8, LENGTH + 1) : LENGTH;
            captions[row * LENGTH] = 1;
            for (int t = 1; t < length - 1; t++) {
                captions[row * LENGTH + t] = random.nextInt(4, WORDS);
            }
            captions[row * LENGTH + length - 1] = 2;
        }
        List<HostTensor> batch = List.of(
                HostTensor.ofFloats(Shape.of(images, PLACES, FEATURES), features),
                HostTensor.ofLongs(Shape.of(images, rows, LENGTH), captions));
        return new Work(name, 1, () -> session.step(batch, parameter -> 1e-4, 1));
    }

    /** The decoder's initial weights, for a captioner of the same sizes. */
    WeightSource weights() {
        return Weights.of(session.weights());
    }

    @Override
    public void close() {
        session.close();
    }
}
