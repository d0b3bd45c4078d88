/** The bundled model: its package lies beside this class, in {@code model/}. */
@NullMarked
package io.captioner.defaultmodel;

import org.jspecify.annotations.NullMarked;
