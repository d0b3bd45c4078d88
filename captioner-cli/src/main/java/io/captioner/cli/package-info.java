/** The {@code captioner} command line. Results go to standard output; progress, log lines and errors to standard error. */
@NullMarked
package io.captioner.cli;

import org.jspecify.annotations.NullMarked;
