package io.captioner.search;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.SplittableRandom;

/** Draws of the prior that a decoder with a latent writes from. */
final class Latents {
    private Latents() {}

    /**
     * Standard normal numbers (N, R, Z). Each row has a generator of its own, and every picture has the same rows: no caption depends on how
     * many others are made with it.
     */
    static HostTensor drawn(long pictures, int rows, int size, long seed) {
        float[] draws = new float[rows * size];
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int row = 0; row < rows; row++) {
            // Random, because its sequence is part of the Java specification
            Random random = new Random(seeds.nextLong());
            for (int i = 0; i < size; i++) {
                draws[row * size + i] = (float) random.nextGaussian();
            }
        }
        HostTensor all = HostTensor.allocate(DType.FLOAT32, Shape.of(pictures, rows, size));
        FloatBuffer values = all.floats();
        for (long picture = 0; picture < pictures; picture++) {
            values.put(draws);
        }
        return all;
    }
}
