/** Files written whole or not at all, and their hashes. */
@NullMarked
package io.captioner.io;

import org.jspecify.annotations.NullMarked;
