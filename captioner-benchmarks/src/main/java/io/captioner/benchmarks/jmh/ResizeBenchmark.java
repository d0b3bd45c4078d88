package io.captioner.benchmarks.jmh;

import io.captioner.image.ImageTransform;
import io.captioner.image.RgbImage;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A photo of 500 x 375 to the pixels of an encoder, as the transforms of EfficientNet-Lite2 and ResNet do it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ResizeBenchmark {
    private final RgbImage photo = photo();
    private final ImageTransform squash = ImageTransform.squash(260);
    private final ImageTransform crop = ImageTransform.resizeAndCrop(256, 224);

    private static RgbImage photo() {
        byte[] samples = new byte[3 * 500 * 375];
        new Random(1).nextBytes(samples);
        return new RgbImage(500, 375, samples);
    }

    @Benchmark
    public byte[] squash260() {
        return squash.pixels(photo);
    }

    @Benchmark
    public byte[] crop224() {
        return crop.pixels(photo);
    }
}
