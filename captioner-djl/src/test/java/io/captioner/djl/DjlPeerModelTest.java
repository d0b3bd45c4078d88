package io.captioner.djl;

import io.captioner.runtime.PeerModelContract;
import io.captioner.spi.BackendProvider;

/** Weights trained by PyTorch, run by libtorch. */
final class DjlPeerModelTest extends PeerModelContract {
    @Override
    protected BackendProvider backend() {
        return new DjlBackend();
    }
}
