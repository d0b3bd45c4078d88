package io.captioner.pack;

import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;

class ReferenceHuggingFaceTest extends HuggingFaceContract {
    @Override
    protected BackendProvider backend() {
        return new ReferenceBackend();
    }
}
