/** Keeps the README and the folder docs true: what they show compiles and runs, what they point at exists. */
@NullMarked
package io.captioner.docs;

import org.jspecify.annotations.NullMarked;
