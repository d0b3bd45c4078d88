package io.captioner.onnx;

import io.captioner.ModelException;
import java.nio.FloatBuffer;

/**
 * How often values of each size occur. It grows to fit: where a value lies outside, bins join in pairs. Zeros are not counted, because
 * every {@link Range} holds them exactly. Not thread-safe.
 */
final class Histogram {
    private static final int HALF = 2048;
    /** Steps in which an end of the range is moved inwards. */
    private static final int TRIES = 64;

    private long[] counts = new long[2 * HALF];
    private float width = 0x1p-12f;
    private float min;
    private float max;

    /** Counts what remains in {@code values}. */
    void add(FloatBuffer values, String name) {
        while (values.hasRemaining()) {
            float value = values.get();
            if (value == 0) {
                continue;
            }
            if (!Float.isFinite(value)) {
                throw new ModelException("the value " + name + " becomes " + value
                        + " for a picture of the calibration; the model cannot be quantised");
            }
            int bin = bin(value);
            while (bin < 0 || bin >= counts.length) {
                widen();
                bin = bin(value);
            }
            counts[bin]++;
            min = Math.min(min, value);
            max = Math.max(max, value);
        }
    }

    private int bin(float value) {
        return (int) Math.max(-1, Math.min(counts.length, Math.floor(value / width) + HALF));
    }

    private void widen() {
        long[] wider = new long[counts.length];
        for (int i = 0; i < counts.length; i++) {
            wider[HALF + Math.floorDiv(i - HALF, 2)] += counts[i];
        }
        counts = wider;
        width *= 2;
    }

    /**
     * The range with the smallest mean squared error: a wide one rounds all values coarsely, a narrow one cuts the largest off. Rounding
     * to steps of s costs s^2 / 12 a value.
     */
    Range best() {
        return fit().range();
    }

    /** The least squared error as a share of the sum of squares; 0 where there are only zeros. */
    double lost() {
        double squares = 0;
        for (int i = 0; i < counts.length; i++) {
            double value = (i - HALF + 0.5) * width;
            squares += counts[i] * value * value;
        }
        return squares == 0 ? 0 : fit().error() / squares;
    }

    /** @param error the sum of squared errors */
    private record Fit(Range range, double error) {}

    private Fit fit() {
        if (min == 0 && max == 0) {
            return new Fit(new Range(0, 1), 0); // nothing but zeros, which any range holds
        }
        long total = 0;
        for (long count : counts) {
            total += count;
        }
        double[] below = new double[TRIES + 1];
        double[] above = new double[TRIES + 1];
        for (int t = 1; t <= TRIES; t++) {
            below[t] = cutOff(min * t / TRIES, true);
            above[t] = cutOff(max * t / TRIES, false);
        }
        Range best = new Range(min, max);
        double least = Double.POSITIVE_INFINITY;
        for (int low = min < 0 ? 1 : TRIES; low <= TRIES; low++) {
            for (int high = max > 0 ? 1 : TRIES; high <= TRIES; high++) {
                double from = (double) min * low / TRIES;
                double to = (double) max * high / TRIES;
                double step = (to - from) / Range.STEPS;
                double error = total * step * step / 12 + below[low] + above[high];
                if (error < least) {
                    least = error;
                    best = new Range((float) from, (float) to);
                }
            }
        }
        return new Fit(best, least);
    }

    /** The squared error of the values beyond {@code end}. */
    private double cutOff(float end, boolean lower) {
        double error = 0;
        for (int i = 0; i < counts.length; i++) {
            double beyond = ((i - HALF + 0.5) * width - end) * (lower ? -1 : 1);
            if (counts[i] > 0 && beyond > 0) {
                error += counts[i] * beyond * beyond;
            }
        }
        return error;
    }
}
