package io.captioner.benchmarks;

import ai.onnxruntime.OrtException;
import io.captioner.Device;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.onnx.OnnxBackend;
import io.captioner.weights.Weights;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Measures what this machine can do with a run's threads: products on ONNX Runtime and PyTorch, and reading. */
final class Machine {
    private static final int EDGE = 1024;
    private static final int PRODUCTS = 4;
    private static final int ROUNDS = 5;
    private static final long MODEL_BYTES = 40L << 20; // weights of the decoder in 32 bits
    private static final long NEAR_BYTES = 256L << 10; // of each thread
    private static final long READ_BYTES = 1L << 30;

    private final Setting setting;

    Machine(Setting setting) {
        this.setting = setting;
    }

    MachinePeaks measure() throws OrtException {
        double memory = reading(MODEL_BYTES / setting.threads());
        double cache = reading(NEAR_BYTES);
        double onnx = product(EDGE, EDGE, EDGE);
        double torch = byTorch("peak.fp32");
        double bfloat16 = byTorch("peak.bf16");
        double int8 = new IntegerProduct(EDGE, PRODUCTS, setting.threads()).perSecond(ROUNDS);
        System.out.printf(
                Locale.ROOT,
                "%nthis machine, %d threads, multiplications and additions of products of %d: float32 %.0f G/s on ONNX Runtime, %.0f on"
                        + " PyTorch; int8 %.0f; bfloat16 %.0f on PyTorch%n",
                setting.threads(),
                EDGE,
                onnx / 1e9,
                torch / 1e9,
                int8 / 1e9,
                bfloat16 / 1e9);
        System.out.printf(
                Locale.ROOT,
                "float32 at the model's sizes: 81 places %.0f G/s, a convolution's 4225 x 24 x 96 %.0f, 32 rows of 512 to 3000 words %.0f,"
                        + " one row %.1f%n",
                product(81, 1280, 512) / 1e9,
                product(4225, 24, 96) / 1e9,
                product(32, 512, 3000) / 1e9,
                product(1, 512, 3000) / 1e9);
        System.out.printf(
                Locale.ROOT,
                "reading: %.1f GB/s of %d MB, %.1f GB/s near the processor%n",
                memory / 1e9,
                MODEL_BYTES >> 20,
                cache / 1e9);
        double best = Double.isNaN(torch) ? onnx : Math.max(onnx, torch);
        return new MachinePeaks(
                new Peaks(best, memory, cache, Float.BYTES),
                new Peaks(Math.max(best, int8), memory, cache, 1),
                new Peaks(bfloat16, memory, cache, Short.BYTES));
    }

    /** Multiplications a second of (rows, in) by stored (out, in), several after one another. */
    private double product(int rows, int in, int out) {
        Map<String, HostTensor> weights = new LinkedHashMap<>();
        for (int i = 0; i < PRODUCTS; i++) {
            float[] values = new float[in * out];
            Arrays.fill(values, 1e-3f * (i + 1));
            weights.put("w" + i, HostTensor.ofFloats(Shape.of(out, in), values));
        }
        HostTensor x = HostTensor.ofFloats(Shape.of(rows, in), new float[rows * in]);
        try (Executable executable = new OnnxBackend()
                .compile(new Products(rows, in, out), Weights.of(weights), Device.cpu(), setting.threads())) {
            int repeats = (int) Math.max(1, 2e9 / ((double) rows * in * out * PRODUCTS));
            double seconds = best(() -> {
                for (int i = 0; i < repeats; i++) {
                    executable.run(List.of(x));
                }
            });
            return (double) rows * in * out * PRODUCTS * repeats / seconds;
        }
    }

    /** The sums of several products of the same rows, so that next to nothing is copied out. */
    private record Products(int rows, int in, int out) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(new Port("x", DType.FLOAT32, Shape.of(rows, in)));
        }

        @Override
        public List<String> outputs() {
            return IntStream.range(0, PRODUCTS).mapToObj(i -> "y" + i).toList();
        }

        @Override
        public Computation bind(Parameters parameters) {
            List<Tensor> weights = IntStream.range(0, PRODUCTS)
                    .mapToObj(i -> parameters.parameter("w" + i, Shape.of(out, in), Initializer.ZEROS))
                    .toList();
            return inputs -> weights.stream()
                    .map(weight -> inputs.get(0).linear(weight, null).sum(false))
                    .toList();
        }
    }

    /** NaN where PyTorch is not there or cannot. */
    private double byTorch(String work) {
        double[] seconds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            seconds[round] = setting.contender().seconds(work + "/torch");
        }
        return PRODUCTS * Math.pow(EDGE, 3) / new Samples(seconds).least();
    }

    /** Bytes a second that all threads read together, each its own two arrays of half of {@code bytes}, over and over. */
    private double reading(long bytes) {
        int words = (int) (bytes / 2 / Long.BYTES);
        int passes = (int) (READ_BYTES / bytes);
        long[][] arrays = new long[2 * setting.threads()][words];
        double seconds = best(() -> IntStream.range(0, setting.threads())
                .mapToObj(thread -> {
                    Thread reader = new Thread(() -> compare(arrays[2 * thread], arrays[2 * thread + 1], passes));
                    reader.start();
                    return reader;
                })
                .toList()
                .forEach(Machine::join));
        return (double) setting.threads() * passes * 2 * words * Long.BYTES / seconds;
    }

    /** The JVM compares arrays with the widest instructions there are. */
    private static void compare(long[] one, long[] other, int passes) {
        for (int pass = 0; pass < passes; pass++) {
            if (Arrays.mismatch(one, other) >= 0) {
                throw new IllegalStateException("zeros differ");
            }
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Seconds of the fastest of some rounds: a peak. */
    private static double best(Runnable run) {
        Work work = new Work("", 1, run);
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < ROUNDS; round++) {
            best = Math.min(best, work.seconds());
        }
        return best;
    }
}
