package io.captioner.onnx;

import io.captioner.Backend;
import io.captioner.runtime.TagContract;

/** Guidance by tags on this backend. */
final class OnnxTagTest extends TagContract {
    @Override
    protected Backend backend() {
        return Backend.ONNX;
    }
}
