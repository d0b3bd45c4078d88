package io.captioner.onnx;

import io.captioner.fixtures.AttentionFixtures;
import io.captioner.fixtures.DecoderFixtures;
import io.captioner.fixtures.EncoderFixtures;
import io.captioner.spi.BackendProvider;
import org.junit.jupiter.api.Nested;

/** The models on this backend against PyTorch. */
class OnnxModelsTest {
    @Nested
    class AttentionOnOnnx extends AttentionFixtures {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }

    @Nested
    class DecoderOnOnnx extends DecoderFixtures {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }

    @Nested
    class EncoderOnOnnx extends EncoderFixtures {
        @Override
        protected BackendProvider backend() {
            return new OnnxBackend();
        }
    }
}
