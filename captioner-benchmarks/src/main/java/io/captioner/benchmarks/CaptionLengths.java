package io.captioner.benchmarks;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.djl.DjlBackend;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.TransformerDecoder;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import io.captioner.onnx.OnnxBackend;
import io.captioner.search.CaptionProgram;
import io.captioner.spi.BackendProvider;
import io.captioner.text.Vocabulary;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What a caption of 8, 16, 32 and 64 words costs the transformer decoder: with the keys and values of earlier words kept, as captioner does
 * it, against all of them computed again for each word. Usage: {@code CaptionLengths [rounds=5]}.
 * One thread, and its processor time, so that what else the machine does counts little.
 */
public final class CaptionLengths {
    private static final int[] LENGTHS = {8, 16, 32, 64};
    private static final int MOST = 64;
    private static final int PLACES = 49;
    private static final int FEATURES = 512;
    private static final int WORDS = 2000;
    private static final TransformerDecoder DECODER = TransformerDecoder.builder()
            .width(256)
            .heads(8)
            .feedForward(1024)
            .layers(3)
            .maxTokens(MOST + 1)
            .build();

    private CaptionLengths() {}

    /** Measures and prints the best of the rounds. */
    public static void main(String[] arguments) {
        int rounds = new Arguments(arguments).get("rounds", 5);
        WeightSource weights = weights();
        System.out.printf("best of %d rounds, one thread; milliseconds of processor time%n", rounds);
        for (BackendProvider backend : List.of(new OnnxBackend(), new DjlBackend())) {
            double[] kept = kept(backend, weights, rounds);
            double[] again = again(backend, weights, rounds);
            for (int i = 0; i < LENGTHS.length; i++) {
                System.out.printf(
                        Locale.ROOT,
                        "%-4s %2d words: kept %7.1f (%.2f a word), computed again %8.1f (%.2f a word), %.1f times%n",
                        backend.backend(),
                        LENGTHS[i],
                        1e3 * kept[i],
                        1e3 * kept[i] / LENGTHS[i],
                        1e3 * again[i],
                        1e3 * again[i] / LENGTHS[i],
                        again[i] / kept[i]);
            }
        }
    }

    /** Greedy search that may not end before its time. */
    private static double[] kept(BackendProvider backend, WeightSource weights, int rounds) {
        CaptionProgram program = CaptionProgram.fromFeatures(
                new CaptionerArchitecture(new Given(), DECODER), new EncoderArchitecture.Grid(7, 7), WORDS);
        double[] best = new double[LENGTHS.length];
        try (Executable executable = backend.compile(program, weights, Device.cpu(), 1)) {
            for (int i = 0; i < LENGTHS.length; i++) {
                GenerationOptions options =
                        GenerationOptions.builder().maxLength(LENGTHS[i]).build();
                List<HostTensor> inputs = program.inputs(features(), options, Set.of(Vocabulary.END));
                best[i] = fastest(rounds, () -> executable.run(inputs));
            }
        }
        return best;
    }

    /** The decoder over 1, 2, ... words: as many calls as there are words. */
    private static double[] again(BackendProvider backend, WeightSource weights, int rounds) {
        double[] sums = new double[LENGTHS.length];
        for (int words = 1; words <= MOST; words++) {
            long[] tokens = IntStream.rangeClosed(1, words + 1).asLongStream().toArray();
            List<HostTensor> inputs = List.of(features(), HostTensor.ofLongs(Shape.of(1, 1, words + 1), tokens));
            double seconds;
            try (Executable executable = backend.compile(new Again(words), weights, Device.cpu(), 1)) {
                seconds = fastest(rounds, () -> executable.run(inputs));
            }
            for (int i = 0; i < LENGTHS.length; i++) {
                sums[i] += words <= LENGTHS[i] ? seconds : 0;
            }
        }
        return sums;
    }

    private static double fastest(int rounds, Runnable run) {
        ThreadMXBean clock = ManagementFactory.getThreadMXBean();
        double best = Double.POSITIVE_INFINITY;
        for (int round = -1; round < rounds; round++) { // the first warms up
            long start = clock.getCurrentThreadCpuTime();
            run.run();
            best = Math.min(best, round < 0 ? best : (clock.getCurrentThreadCpuTime() - start) / 1e9);
        }
        return best;
    }

    private static HostTensor features() {
        float[] values = Initializer.normal(1).values(Shape.of(PLACES * FEATURES), new Random(1));
        return HostTensor.ofFloats(Shape.of(1, PLACES, FEATURES), values);
    }

    /** Fresh ones. */
    private static WeightSource weights() {
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.sgd(0), GradientClip.none(), name -> true, 1);
        try (TrainingSession session =
                new DjlBackend().train(new Again(1), Weights.none(), settings, Device.cpu(), 1)) {
            return Weights.of(session.weights());
        }
    }

    /** Logits of the last of so many words, all of them passed through the decoder. */
    private record Again(int words) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(
                    new Port("features", DType.FLOAT32, Shape.of(Shape.UNKNOWN, PLACES, FEATURES)),
                    new Port("captions", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, words + 1)));
        }

        @Override
        public List<String> outputs() {
            return List.of("logits");
        }

        @Override
        public Computation bind(Parameters parameters) {
            Decoder decoder = DECODER.bind(parameters.scope("decoder"), FEATURES, WORDS);
            return inputs -> {
                Tensor logits =
                        decoder.teacherForced(inputs.get(0), inputs.get(1)).logits();
                return List.of(logits.slice(2, words - 1L, words));
            };
        }
    }

    /** Features are given; no encoder runs. */
    private record Given() implements EncoderArchitecture {
        @Override
        public int featureSize() {
            return FEATURES;
        }

        @Override
        public Grid grid(int height, int width) {
            return new Grid(7, 7);
        }

        @Override
        public Encoder bind(Parameters parameters) {
            throw new UnsupportedOperationException("features are given");
        }
    }
}
