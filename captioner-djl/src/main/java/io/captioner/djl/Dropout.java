package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.nio.FloatBuffer;

/**
 * The masks and the noise of one training step, from its seed. libtorch's generator belongs to the whole process, so a session beside this one would
 * change its numbers; and it is several times slower than these 16-bit draws.
 */
final class Dropout {
    private static final int RANGE = 1 << 16;

    private long state;

    Dropout(long seed) {
        this.state = seed;
    }

    /** Zeros with probability p, else 1 / (1 - p). */
    PtNDArray mask(PtNDManager manager, Shape shape, float p) {
        int below = Math.min(Math.round(p * RANGE), RANGE - 1);
        float kept = (float) RANGE / (RANGE - below);
        float[] choice = {kept, 0}; // a branch would be guessed wrong half of the time
        float[] values = new float[Math.toIntExact(shape.size())];
        long bits = 0;
        for (int i = 0; i < values.length; i++) {
            bits = (i & 3) == 0 ? next() : bits >>> 16;
            int draw = (int) (bits & (RANGE - 1));
            values[i] = choice[(draw - below) >>> 31];
        }
        return Transfer.view(manager, HostTensor.ofFloats(shape, values));
    }

    /** Standard normal numbers, two from two uniform ones: sqrt(-2 log u) cos(2 pi v) and sin (Box and Muller 1958). */
    PtNDArray noise(PtNDManager manager, Shape shape) {
        HostTensor noise = HostTensor.allocate(DType.FLOAT32, shape);
        FloatBuffer values = noise.floats();
        int size = values.remaining();
        for (int i = 0; i < size; i += 2) {
            double radius = Math.sqrt(-2 * StrictMath.log(uniform()));
            double angle = 2 * Math.PI * uniform();
            values.put(i, (float) (radius * StrictMath.cos(angle)));
            if (i + 1 < size) {
                values.put(i + 1, (float) (radius * StrictMath.sin(angle)));
            }
        }
        return Transfer.view(manager, noise);
    }

    /** Above 0 to 1. */
    private double uniform() {
        return ((next() >>> 11) + 1) * 0x1p-53;
    }

    /** SplitMix64 (Steele et al. 2014). */
    private long next() {
        state += 0x9E3779B97F4A7C15L;
        long z = (state ^ (state >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
