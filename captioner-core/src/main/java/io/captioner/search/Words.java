package io.captioner.search;

/**
 * What a search knows of the vocabulary.
 *
 * @param size V
 * @param start id before the first word
 * @param end id that ends a caption
 */
record Words(long size, long start, long end) {}
