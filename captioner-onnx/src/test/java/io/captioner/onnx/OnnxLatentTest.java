package io.captioner.onnx;

import io.captioner.search.LatentSearchContract;
import io.captioner.spi.BackendProvider;

final class OnnxLatentTest extends LatentSearchContract {
    @Override
    protected BackendProvider backend() {
        return new OnnxBackend();
    }
}
