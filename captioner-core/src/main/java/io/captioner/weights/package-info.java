/** Stored tensors: safetensors files and weights in memory. */
@NullMarked
package io.captioner.weights;

import org.jspecify.annotations.NullMarked;
