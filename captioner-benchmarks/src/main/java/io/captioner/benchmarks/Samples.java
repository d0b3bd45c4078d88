package io.captioner.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Times of the same work, in seconds.
 *
 * @param seconds one a round; NaN where a contender could not run it
 */
record Samples(double... seconds) {
    /** What each round took. */
    static <T> Samples of(List<T> rounds, ToDoubleFunction<T> seconds) {
        return new Samples(rounds.stream().mapToDouble(seconds).toArray());
    }

    static Samples of(List<Double> seconds) {
        return of(seconds, Double::doubleValue);
    }

    double median() {
        double[] sorted = sorted();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** What other work on the machine disturbs least. */
    double least() {
        return sorted()[0];
    }

    /** Prints a line of the table of times. */
    void print(String work, String contender) {
        System.out.printf("%-16s %-8s %s%n", work, contender, this);
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
