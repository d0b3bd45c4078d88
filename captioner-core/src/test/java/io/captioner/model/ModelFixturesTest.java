package io.captioner.model;

import io.captioner.fixtures.AttentionFixtures;
import io.captioner.fixtures.DecoderFixtures;
import io.captioner.fixtures.EncoderFixtures;
import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;
import org.junit.jupiter.api.Nested;

/** The models on the plain interpreter against PyTorch. */
class ModelFixturesTest {
    @Nested
    class AttentionOnReference extends AttentionFixtures {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }

    @Nested
    class DecoderOnReference extends DecoderFixtures {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }

    @Nested
    class EncoderOnReference extends EncoderFixtures {
        @Override
        protected BackendProvider backend() {
            return new ReferenceBackend();
        }
    }
}
