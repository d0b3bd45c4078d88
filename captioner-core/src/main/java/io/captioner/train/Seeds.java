package io.captioner.train;

import java.util.Random;

/** One seed for each purpose, so that no random decision depends on how many others were made before it. */
final class Seeds {
    static final long ORDER = 1;
    static final long DROPOUT = 2;
    static final long WEIGHTS = 3;
    static final long OWN_WORDS = 4;
    static final long PICTURES = 5;
    static final long SAMPLES = 17;

    private Seeds() {}

    /** A seed that depends on all three numbers (the finaliser of splitmix64, Steele et al. 2014). */
    static long mix(long seed, long purpose, long number) {
        return scramble(scramble(scramble(seed) ^ purpose) ^ number);
    }

    /** {@link Random} because its sequence is part of the Java specification. */
    static Random random(long seed, long purpose, long number) {
        return new Random(mix(seed, purpose, number));
    }

    private static long scramble(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
