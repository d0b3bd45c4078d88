/** Side-by-side comparisons with PyTorch programs; never deployed. */
@NullMarked
package io.captioner.benchmarks;

import org.jspecify.annotations.NullMarked;
