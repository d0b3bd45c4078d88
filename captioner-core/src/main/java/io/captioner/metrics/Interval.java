package io.captioner.metrics;

/** Where a value lies with a probability of 95%, if other images of the same kind had been drawn. */
public record Interval(double low, double high) {}
