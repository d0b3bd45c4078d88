package io.captioner.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * Times of the same work, in seconds.
 *
 * @param seconds one a round; NaN where a contender could not run it
 */
record Samples(double... seconds) {
    double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** What other work on the machine disturbs least. */
    double least() {
        return sorted()[0];
    }

    /** In milliseconds, for people. */
    @Override
    public String toString() {
        double[] sorted = sorted();
        return String.format(
                Locale.ROOT, "%9.1f (%.1f to %.1f)", 1e3 * median(), 1e3 * sorted[0], 1e3 * sorted[sorted.length - 1]);
    }

    private double[] sorted() {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
