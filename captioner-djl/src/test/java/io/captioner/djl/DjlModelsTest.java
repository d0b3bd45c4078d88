package io.captioner.djl;

import io.captioner.fixtures.AttentionFixtures;
import io.captioner.fixtures.DecoderFixtures;
import io.captioner.fixtures.EncoderFixtures;
import io.captioner.spi.BackendProvider;
import org.junit.jupiter.api.Nested;

/** The models on this backend against PyTorch. */
class DjlModelsTest {
    @Nested
    class AttentionOnDjl extends AttentionFixtures {
        @Override
        protected BackendProvider backend() {
            return new DjlBackend();
        }
    }

    @Nested
    class DecoderOnDjl extends DecoderFixtures {
        @Override
        protected BackendProvider backend() {
            return new DjlBackend();
        }
    }

    @Nested
    class EncoderOnDjl extends EncoderFixtures {
        @Override
        protected BackendProvider backend() {
            return new DjlBackend();
        }
    }
}
