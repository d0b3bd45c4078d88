package io.captioner.search;

import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;

final class ReferenceLatentTest extends LatentSearchContract {
    @Override
    protected BackendProvider backend() {
        return new ReferenceBackend();
    }
}
