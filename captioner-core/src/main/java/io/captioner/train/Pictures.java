package io.captioner.train;

import io.captioner.nn.HostTensor;
import java.util.List;

/** Gives the first input of a training program for the pictures of a batch: stored features, or pixels. Used by one thread at a time. */
@FunctionalInterface
interface Pictures {
    HostTensor read(List<BatchPlan.Item> items);

    /** Whether reading is worth a thread of its own. */
    default boolean takeLong() {
        return false;
    }
}
