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
import io.captioner.train.Precision;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingProgram;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Training steps at the contenders' sizes: E = H = A = 512, D = 1280, L = 81, V = 3000, T = 16. */
final class TrainingWork implements AutoCloseable {
    static final int PLACES = 81;
    static final int FEATURES = 1280;
    private static final int WORDS = SizedModel.WORDS;
    static final int LENGTH = 16;

    /**
     * Steps before the first that counts. A training run makes thousands; in its first ones the compilers of the JVM take turns with libtorch's
     * threads, which spin while they wait for one another.
     */
    private static final int WARM_UP = 20;

    /** A step takes a tenth of a second, and one of ten is held up by something else: so many of them a round. */
    private static final int TURNS = 4;

    private final Random random = new Random(1);
    private final TrainingSession session;
    private final TrainingSession half;

    TrainingWork(int threads) {
        session = session(Precision.FLOAT32, threads);
        half = session(Precision.BFLOAT16, threads);
    }

    private static TrainingSession session(Precision precision, int threads) {
        return new DjlBackend()
                .train(
                        TrainingProgram.fromFeatures(
                                AttentionLstm.builder().build(), PLACES, FEATURES, WORDS, new CaptionLoss(0, 1)),
                        Weights.none(),
                        new TrainingBackend.Settings(
                                Optimizer.adam(), GradientClip.globalNorm(5), name -> true, 1, true, 0, precision),
                        Device.cpu(),
                        threads);
    }

    /** P5: batches of full and of mixed length, and six photos with five captions each; the worst of them counts; in float32 and in bfloat16. */
    void measure(Setting setting) {
        for (int step = 0; step < WARM_UP; step++) {
            for (Kind kind : Kind.ALL) {
                work(kind, session).seconds();
                work(kind, half).seconds();
            }
        }
        for (Kind kind : Kind.ALL) {
            Map<String, String> keys = new LinkedHashMap<>();
            keys.put("seed", "P5." + kind.name() + ".seed");
            keys.put("fast", "P5." + kind.name() + ".fast");
            int turns = TURNS * setting.rounds();
            setting.compare(work(kind, session), keys, turns);
            setting.compare(work(kind, half), Map.of("bf16", "P5." + kind.name() + ".bf16"), turns);
        }
        Results results = setting.results();
        for (String style : List.of("seed", "fast", "bf16")) {
            results.put(
                    "P5." + style,
                    Kind.ALL.stream()
                            .mapToDouble(kind -> results.get("P5." + kind.name() + "." + style))
                            .min()
                            .orElseThrow());
        }
    }

    /** @param rows captions of an image; @param mixed whether they are of different lengths */
    private record Kind(String name, int images, int rows, boolean mixed) {
        static final Kind GROUPED = new Kind("grouped", 6, 5, false);
        static final List<Kind> ALL = List.of(new Kind("full", 32, 1, false), new Kind("mixed", 32, 1, true), GROUPED);
    }

    /** A step with thirty captions of full length: what an epoch of the same batches consists of. */
    Work grouped() {
        return work(Kind.GROUPED, session);
    }

    private Work work(Kind kind, TrainingSession session) {
        int images = kind.images();
        int rows = kind.rows();
        float[] features = new float[images * PLACES * FEATURES];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat();
        }
        long[] captions = new long[images * rows * LENGTH];
        for (int row = 0; row < images * rows; row++) {
            int length = kind.mixed() && row > 0 ? random.nextInt(8, LENGTH + 1) : LENGTH;
            captions[row * LENGTH] = 1;
            for (int t = 1; t < length - 1; t++) {
                captions[row * LENGTH + t] = random.nextInt(4, WORDS);
            }
            captions[row * LENGTH + length - 1] = 2;
        }
        List<HostTensor> batch = List.of(
                HostTensor.ofFloats(Shape.of(images, PLACES, FEATURES), features),
                HostTensor.ofLongs(Shape.of(images, rows, LENGTH), captions));
        return new Work("train." + kind.name(), 1, () -> session.step(batch, parameter -> 1e-4, 1));
    }

    /** The decoder's initial weights, for a captioner of the same sizes. */
    WeightSource weights() {
        return Weights.of(session.weights());
    }

    @Override
    public void close() {
        session.close();
        half.close();
    }
}
