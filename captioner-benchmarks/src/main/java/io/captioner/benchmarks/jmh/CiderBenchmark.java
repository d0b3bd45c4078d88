package io.captioner.benchmarks.jmh;

import io.captioner.metrics.CaptionReward;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** CIDEr-D of a caption of twelve words with five references, as self-critical training asks for it, among 1,000 pictures. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CiderBenchmark {
    private static final int PICTURES = 1000;
    private static final int WORDS = 500;
    private static final int LENGTH = 12;

    private final Random random = new Random(1);
    private final List<String> vocabulary =
            IntStream.range(0, WORDS).mapToObj(word -> "word" + word).toList();
    private final CaptionReward reward = new CaptionReward(
            Stream.generate(() -> Stream.generate(this::caption).limit(5).toList())
                    .limit(PICTURES)
                    .toList(),
            vocabulary,
            true,
            0);
    private final int[][] captions = Stream.generate(
                    () -> random.ints(LENGTH, 0, WORDS).toArray())
            .limit(PICTURES)
            .toArray(int[][]::new);

    private List<String> caption() {
        return random.ints(LENGTH, 0, WORDS).mapToObj(vocabulary::get).toList();
    }

    @Benchmark
    @OperationsPerInvocation(PICTURES)
    public double ciderD() {
        double sum = 0;
        for (int picture = 0; picture < PICTURES; picture++) {
            sum += reward.of(picture, captions[picture], true);
        }
        return sum;
    }
}
