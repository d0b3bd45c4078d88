/**
 * The algebra in which models are written, and the parts of a captioner: {@link io.captioner.nn.Encoder}, {@link
 * io.captioner.nn.Attention}, {@link io.captioner.nn.Decoder}. For authors of models and backends; applications need none of it.
 */
@NullMarked
package io.captioner.nn;

import org.jspecify.annotations.NullMarked;
