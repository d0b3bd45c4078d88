package io.captioner.nn;

/**
 * The largest elements along the last axis and where they were.
 *
 * @param values (..., k) in descending order
 * @param indices (..., k) INT64
 */
public record TopK(Tensor values, Tensor indices) {}
