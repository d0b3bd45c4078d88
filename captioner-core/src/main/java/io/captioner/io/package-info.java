/** Files written whole or not at all, their hashes, and JSON read strictly. */
@NullMarked
package io.captioner.io;

import org.jspecify.annotations.NullMarked;
