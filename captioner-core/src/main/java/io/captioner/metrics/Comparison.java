package io.captioner.metrics;

/**
 * Two sets of captions for the same images, compared by one metric.
 *
 * @param first the value of the first
 * @param second the value of the second
 * @param difference first minus second
 * @param interval of the difference, 95%
 * @param pValue how probable a difference as large as this, in either direction, is by the choice of images alone; 0 to 1
 */
public record Comparison(
        Metric metric, double first, double second, double difference, Interval interval, double pValue) {
    /** Whether the interval leaves out 0. */
    public boolean significant() {
        return interval.low() > 0 || interval.high() < 0;
    }
}
