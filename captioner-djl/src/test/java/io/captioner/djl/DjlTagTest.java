package io.captioner.djl;

import io.captioner.Backend;
import io.captioner.runtime.TagContract;

/** Guidance by tags on this backend. */
final class DjlTagTest extends TagContract {
    @Override
    protected Backend backend() {
        return Backend.DJL;
    }
}
