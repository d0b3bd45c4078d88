package io.captioner.benchmarks.jmh;

import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.search.BeamTrace;
import io.captioner.search.Hypothesis;
import io.captioner.text.Vocabulary;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a search left behind, read back: 32 pictures, a beam of five, twenty turns, 81 places. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BeamTraceBenchmark {
    private static final int TURNS = 20;
    private static final int PICTURES = 32;
    private static final int WIDTH = 5;
    private static final int PLACES = 81;

    private final Random random = new Random(1);
    private final List<HostTensor> outputs = List.of(
            longs(TURNS * PICTURES * WIDTH, 40),
            longs(TURNS * PICTURES * WIDTH, WIDTH),
            floats(Shape.of(TURNS, PICTURES, WIDTH)),
            floats(Shape.of(TURNS, PICTURES, WIDTH)),
            floats(Shape.of(TURNS, PICTURES, WIDTH, PLACES)));

    private HostTensor longs(int count, int below) {
        return HostTensor.ofLongs(
                Shape.of(TURNS, PICTURES, WIDTH),
                random.ints(count, 0, below).asLongStream().toArray());
    }

    private HostTensor floats(Shape shape) {
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = -random.nextFloat();
        }
        return HostTensor.ofFloats(shape, values);
    }

    @Benchmark
    @OperationsPerInvocation(PICTURES)
    public List<List<Hypothesis>> hypotheses() {
        BeamTrace trace = new BeamTrace(outputs, Vocabulary.END);
        return IntStream.range(0, PICTURES)
                .mapToObj(picture -> trace.hypotheses(picture, TURNS, TURNS - 1, 0))
                .toList();
    }
}
