package io.captioner.djl;

import io.captioner.pack.HuggingFaceContract;
import io.captioner.spi.BackendProvider;

/** The search as a Java loop over libtorch. */
final class DjlHuggingFaceTest extends HuggingFaceContract {
    @Override
    protected BackendProvider backend() {
        return new DjlBackend();
    }
}
