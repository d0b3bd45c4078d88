package io.captioner.onnx;

import io.captioner.search.SearchFixtures;
import io.captioner.spi.BackendProvider;

/** The search as one graph. */
final class OnnxSearchTest extends SearchFixtures {
    @Override
    protected BackendProvider backend() {
        return new OnnxBackend();
    }
}
