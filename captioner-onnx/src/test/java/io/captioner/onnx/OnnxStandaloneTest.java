package io.captioner.onnx;

import io.captioner.Backend;
import io.captioner.runtime.StandaloneContract;

class OnnxStandaloneTest extends StandaloneContract {
    @Override
    protected Backend backend() {
        return Backend.ONNX;
    }
}
