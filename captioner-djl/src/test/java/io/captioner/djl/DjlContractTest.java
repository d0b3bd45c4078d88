package io.captioner.djl;

import io.captioner.contract.BackendContract;
import io.captioner.contract.GradientContract;
import io.captioner.contract.OpsFixtures;
import io.captioner.spi.BackendProvider;
import io.captioner.train.TrainingBackend;
import org.junit.jupiter.api.Nested;

class DjlContractTest {
    @Nested
    class Computes extends BackendContract {
        @Override
        protected BackendProvider backend() {
            return new DjlBackend();
        }
    }

    @Nested
    class Trains extends GradientContract {
        @Override
        protected TrainingBackend backend() {
            return new DjlBackend();
        }
    }

    @Nested
    class AgreesWithPyTorch extends OpsFixtures {
        @Override
        protected BackendProvider backend() {
            return new DjlBackend();
        }
    }
}
