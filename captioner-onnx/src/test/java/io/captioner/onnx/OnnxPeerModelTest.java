package io.captioner.onnx;

import io.captioner.runtime.PeerModelContract;
import io.captioner.spi.BackendProvider;

/** Weights trained by PyTorch, run by ONNX Runtime. */
final class OnnxPeerModelTest extends PeerModelContract {
    @Override
    protected BackendProvider backend() {
        return new OnnxBackend();
    }
}
