package io.captioner.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.SharedFiles;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.EfficientNetLite;
import io.captioner.weights.Safetensors.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PyTorchCaptionerTest {
    private static final String CONFIG = """
            {"encoder": "tf_efficientnet_lite2", "image_size": 260, "normalise": "(x / 255 - 0.5) / 0.5",
             "resize": "Pillow bilinear to 260 x 260 (squash)",
             "recipe": {"kind": "lstm", "embed": 512, "hidden": 512, "att": 256, "proj": 512, "gate": 1, "tied": 1,
                        "dropout": 0.5, "embed_dropout": 0.3, "sched": "cosine"}}
            """;

    @TempDir
    Path folder;

    @Test
    void readsATrainedCaptioner() {
        ModelPackage model = PyTorchCaptioner.read(SharedFiles.beside("peers/model"), "peer");
        assertThat(model.architecture().encoder()).isEqualTo(new EfficientNetLite(2));
        assertThat(model.architecture().decoder())
                .isEqualTo(new AttentionLstm(512, 512, AdditiveAttention.relu(256), true, 0.5, 0.3, 512, true));
        assertThat(model.transform()).isEqualTo(ImageTransform.squash(260));
        assertThat(model.vocabulary().size()).isEqualTo(2541);
        assertThat(model.provenance().recipe()).containsEntry("lr", "0.001").containsEntry("sched", "cosine");

        // What was imported, saved as it was stored, is the same model.
        Path saved = folder.resolve("saved");
        model.save(saved, Precision.FLOAT16);
        ModelPackage loaded = ModelPackage.load(saved);
        assertThat(loaded.architecture()).isEqualTo(model.architecture());
        assertThat(loaded.weights().names()).isEqualTo(model.weights().names());
        for (String name : model.weights().names()) {
            assertThat(loaded.weights().read(name).toFloatArray())
                    .isEqualTo(model.weights().read(name).toFloatArray());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "tf_efficientnet_lite2|vgg16|encoder is vgg16; tf_efficientnet_lite0 to 4 and resnet18,",
                "\"lstm\"|\"transformer\"|recipe.kind is transformer; lstm can be imported",
                "\"embed\": 512|\"embed\": 300|recipe: a tied output needs equal sizes",
                "\"att\": 256|\"att\": 2.5|att is 2.5; it must be a whole number",
                "\"att\": 256, ||att is missing",
                "(squash)|(crop)|resize is 'Pillow bilinear to 260 x 260 (crop)'",
                "\"image_size\": 260|\"image_size\": 224|image_size is 224, resize says",
                "(x / 255 - 0.5)|(x - 0.5)|normalise is '(x - 0.5) / 0.5'",
                "\"image_size\": 260,|\"image_size\": 260|is no JSON: see line 1 column",
            })
    void saysWhatItCannotImport(String before, String after, String message) throws IOException {
        Files.writeString(folder.resolve("config.json"), CONFIG.replace(before, after == null ? "" : after));
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }

    @Test
    void saysWhichFileIsMissing() throws IOException {
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("config.json does not exist; the folder of a PyTorch captioner has");
        Files.writeString(folder.resolve("config.json"), CONFIG);
        assertThatThrownBy(() -> PyTorchCaptioner.read(folder, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("vocabulary.txt does not exist");
    }
}
