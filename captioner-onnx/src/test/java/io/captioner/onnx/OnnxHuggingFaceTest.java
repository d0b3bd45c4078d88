package io.captioner.onnx;

import io.captioner.pack.HuggingFaceContract;
import io.captioner.spi.BackendProvider;

/** The search as one graph. */
final class OnnxHuggingFaceTest extends HuggingFaceContract {
    @Override
    protected BackendProvider backend() {
        return new OnnxBackend();
    }
}
