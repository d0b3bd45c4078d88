package io.captioner.djl;

import io.captioner.Backend;
import io.captioner.runtime.ReliabilityContract;

/** Confidence and the flag for unlike pictures on this backend. */
final class DjlReliabilityTest extends ReliabilityContract {
    @Override
    protected Backend backend() {
        return Backend.DJL;
    }
}
