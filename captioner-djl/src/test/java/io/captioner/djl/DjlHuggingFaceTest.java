package io.captioner.djl;

import io.captioner.pack.HuggingFaceContract;
import io.captioner.spi.BackendProvider;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Captioners of Hugging Face over libtorch. */
final class DjlHuggingFaceTest extends HuggingFaceContract {
    @Override
    protected BackendProvider backend() {
        return new DjlBackend();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit-gpt2", "blip"})
    void saysWhatTransformersSaysThroughTheFrontDoor(String name) throws IOException {
        assertThatPicturesAreCaptionedAsThere(name);
    }
}
