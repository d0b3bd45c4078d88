package io.captioner.contract;

import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;
import org.junit.jupiter.api.Nested;

/** The yardstick keeps its own contract, and so the contract runs. */
class ReferenceBackendTest {
    @Nested
    class Running extends BackendContract {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }

    @Nested
    class OnPyTorchsNumbers extends OpsFixtures {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }
}
