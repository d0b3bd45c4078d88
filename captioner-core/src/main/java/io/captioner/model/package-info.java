/** The architectures: encoders, attentions, decoders, each written once over {@link io.captioner.nn.Tensor}. */
@NullMarked
package io.captioner.model;

import org.jspecify.annotations.NullMarked;
