package io.captioner.benchmarks;

/**
 * The machine's peaks for each kind of number.
 *
 * @param bfloat16 of NaN products a second where PyTorch cannot tell
 */
record MachinePeaks(Peaks float32, Peaks int8, Peaks bfloat16) {}
