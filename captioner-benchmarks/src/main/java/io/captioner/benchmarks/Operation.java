package io.captioner.benchmarks;

/**
 * What one product or convolution takes at least.
 *
 * @param name of the operation of the algebra
 * @param multiplications each with its addition; 0 for a depthwise convolution, in which no unit for products helps
 * @param stored elements that are read from stored values: weights
 * @param passing elements that are read and written beside them: activations
 */
record Operation(String name, double multiplications, double stored, double passing) {}
