package io.captioner.benchmarks.jmh;

import io.captioner.metrics.PtbTokenizer;
import io.captioner.text.Vocabulary;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A caption to words as the metrics count them, words to ids, and ids to text. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TokenizerBenchmark {
    private String caption = "A brown dog isn't running through the grass, but a man's black-and-white dog is .";
    private final List<String> words = PtbTokenizer.tokenize(caption);
    private final Vocabulary vocabulary = Vocabulary.of(
            Stream.concat(Vocabulary.SPECIAL.stream(), words.stream().distinct())
                    .toList());
    private final long[] ids = vocabulary.encode(words, 20);

    @Benchmark
    public List<String> captionToWords() {
        return PtbTokenizer.tokenize(caption);
    }

    @Benchmark
    public long[] wordsToIds() {
        return vocabulary.encode(words, 20);
    }

    @Benchmark
    public String idsToText() {
        return vocabulary.text(ids);
    }
}
