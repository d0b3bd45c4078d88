package io.captioner.onnx;

import io.captioner.Backend;
import io.captioner.runtime.ReliabilityContract;

/** Confidence and the flag for unlike pictures on this backend. */
final class OnnxReliabilityTest extends ReliabilityContract {
    @Override
    protected Backend backend() {
        return Backend.ONNX;
    }
}
