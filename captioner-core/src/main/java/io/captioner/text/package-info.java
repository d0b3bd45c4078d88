/** Words and their ids. */
@NullMarked
package io.captioner.text;

import org.jspecify.annotations.NullMarked;
