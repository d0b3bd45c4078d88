/** A plain interpreter of the algebra: loops over arrays, obviously right rather than fast. The yardstick of every other backend. */
@NullMarked
package io.captioner.reference;

import org.jspecify.annotations.NullMarked;
