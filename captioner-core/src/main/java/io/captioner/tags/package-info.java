/** What a model's own classifier sees in a picture, and the words of captions that say it. */
@NullMarked
package io.captioner.tags;

import org.jspecify.annotations.NullMarked;
