package io.captioner.onnx;

import io.captioner.pack.HuggingFaceContract;
import io.captioner.spi.BackendProvider;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Captioners of Hugging Face as one graph. */
final class OnnxHuggingFaceTest extends HuggingFaceContract {
    @Override
    protected BackendProvider backend() {
        return new OnnxBackend();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit-gpt2", "blip"})
    void saysWhatTransformersSaysThroughTheFrontDoor(String name) throws IOException {
        assertThatPicturesAreCaptionedAsThere(name);
    }
}
