package io.captioner.nn;

import java.util.random.RandomGenerator;

/** Fills a fresh parameter. */
@FunctionalInterface
public interface Initializer {
    /** All zeros. */
    Initializer ZEROS = constant(0f);

    /** All ones. */
    Initializer ONES = constant(1f);

    /**
     * @param shape of the parameter, known
     * @param random the run's seeded source
     * @return {@code shape.size()} values, row-major
     */
    float[] values(Shape shape, RandomGenerator random);

    /** This value everywhere. */
    static Initializer constant(float value) {
        return (shape, random) -> {
            float[] values = new float[Math.toIntExact(shape.size())];
            java.util.Arrays.fill(values, value);
            return values;
        };
    }

    /** Uniform in [-bound, bound). */
    static Initializer uniform(float bound) {
        return (shape, random) -> {
            float[] values = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (2 * random.nextFloat() - 1) * bound;
            }
            return values;
        };
    }

    /** Normal with mean 0. */
    static Initializer normal(float deviation) {
        return (shape, random) -> {
            float[] values = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
            }
            return values;
        };
    }

    /** PyTorch's default for linear layers and convolutions: uniform(-1 / sqrt(fanIn), 1 / sqrt(fanIn)). */
    static Initializer fanIn(long fanIn) {
        return uniform((float) (1 / Math.sqrt((double) fanIn)));
    }

    /** For convolutions before a ReLU: normal with deviation sqrt(2 / fanOut) (He et al. 2015), as torchvision does. */
    static Initializer kaimingFanOut(long fanOut) {
        return normal((float) Math.sqrt(2.0 / (double) fanOut));
    }
}
