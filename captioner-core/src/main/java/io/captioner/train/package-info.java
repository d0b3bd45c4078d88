/** Training: the {@code Trainer}, its optimisers and schedules, and what a backend implements to compute gradients. */
@NullMarked
package io.captioner.train;

import org.jspecify.annotations.NullMarked;
