/** Captions without a decoder, to compare a captioner with: one that does not look at all, and one that only finds what looks alike. */
@NullMarked
package io.captioner.baseline;

import org.jspecify.annotations.NullMarked;
