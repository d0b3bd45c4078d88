package io.captioner.search;

import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;
import org.junit.jupiter.api.Nested;

/** Rules and sampling on this backend. */
class ReferenceRulesTest {
    @Nested
    class Processors extends ProcessorFixtures {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }

    @Nested
    class Generate extends GenerateFixtures {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }

    @Nested
    class Sampling extends SamplingContract {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }

    @Nested
    class Diverse extends DiverseBeamContract {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }

    @Nested
    class Constraints extends ConstraintContract {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }
}
