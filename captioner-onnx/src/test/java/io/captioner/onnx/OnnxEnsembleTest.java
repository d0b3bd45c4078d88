package io.captioner.onnx;

import io.captioner.Backend;
import io.captioner.runtime.EnsembleContract;

/** Ensembles and guided search on this backend. */
final class OnnxEnsembleTest extends EnsembleContract {
    @Override
    protected Backend backend() {
        return Backend.ONNX;
    }
}
