/** The libtorch backend, through DJL: an eager interpreter of the algebra, with gradients. */
@NullMarked
package io.captioner.djl;

import org.jspecify.annotations.NullMarked;
