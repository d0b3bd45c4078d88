/** Short runnable programs, each of which is also run by the tests. */
@NullMarked
package io.captioner.examples;

import org.jspecify.annotations.NullMarked;
