package io.captioner.onnx;

import io.captioner.contract.BackendContract;
import io.captioner.contract.OpsFixtures;
import io.captioner.spi.BackendProvider;
import org.junit.jupiter.api.Nested;

/** ONNX Runtime against the contract of a backend and PyTorch's numbers. */
class OnnxBackendTest {
    @Nested
    class Running extends BackendContract {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }

    @Nested
    class OnPyTorchsNumbers extends OpsFixtures {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }
}
