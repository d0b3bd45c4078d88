package io.captioner.onnx;

import io.captioner.Backend;
import io.captioner.runtime.AsyncContract;

class AsyncTest extends AsyncContract {
    @Override
    protected Backend backend() {
        return Backend.ONNX;
    }
}
