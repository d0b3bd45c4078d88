/** Pictures with their captions, and the features of a frozen encoder kept on disk. */
@NullMarked
package io.captioner.data;

import org.jspecify.annotations.NullMarked;
