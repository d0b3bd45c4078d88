/** Puts a captioner together: picture to pixels, the compiled search, ids to words. Applications reach it through the builder. */
@NullMarked
package io.captioner.runtime;

import org.jspecify.annotations.NullMarked;
