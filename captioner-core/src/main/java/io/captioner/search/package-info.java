/**
 * The search for words: written once over the algebra, so that a whole caption, from pixels to candidates, is one call of a backend.
 *
 * <p>{@link io.captioner.search.CaptionProgram} is the computation, {@link io.captioner.search.BeamTrace} what it leaves behind, {@link
 * io.captioner.search.Hypothesis} a candidate read from it.
 */
@NullMarked
package io.captioner.search;

import org.jspecify.annotations.NullMarked;
