package io.captioner.onnx;

import io.captioner.search.ConstraintContract;
import io.captioner.search.DiverseBeamContract;
import io.captioner.search.GenerateFixtures;
import io.captioner.search.ProcessorFixtures;
import io.captioner.search.SamplingContract;
import io.captioner.spi.BackendProvider;
import org.junit.jupiter.api.Nested;

/** Rules and sampling on this backend. */
class OnnxRulesTest {
    @Nested
    class Processors extends ProcessorFixtures {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }

    @Nested
    class Generate extends GenerateFixtures {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }

    @Nested
    class Sampling extends SamplingContract {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }

    @Nested
    class Diverse extends DiverseBeamContract {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }

    @Nested
    class Constraints extends ConstraintContract {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }
}
