package io.captioner.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightFilesTest {
    @TempDir
    Path folder;

    @Test
    void opensCheckpointsAndSafetensorsByTheirContent() throws IOException {
        Path checkpoint = folder.resolve("a.bin");
        try (InputStream stream = Objects.requireNonNull(getClass().getResourceAsStream("checkpoint.pth"))) {
            Files.write(checkpoint, stream.readAllBytes());
        }
        assertThat(WeightFiles.open(checkpoint).read("row").toFloatArray()).containsExactly(3, 4, 5);
        assertThat(WeightFiles.find(folder)).isEqualTo(checkpoint);
        Path usual = folder.resolve("weights.safetensors");
        Safetensors.write(
                usual, Map.of("a", HostTensor.ofFloats(Shape.of(1), 7)), Safetensors.Precision.FLOAT32, Map.of());
        assertThat(WeightFiles.open(usual).read("a").toFloatArray()).containsExactly(7);
        assertThat(WeightFiles.find(folder)).isEqualTo(usual);
    }

    @Test
    void readsWeightsInSeveralFilesByTheirIndex() throws IOException {
        shard("model-00001-of-00002.safetensors", "a", 1);
        shard("model-00002-of-00002.safetensors", "b", 2);
        index("""
                {"metadata": {"total_size": 8},
                 "weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
                """);
        Path found = WeightFiles.find(folder);
        assertThat(found).hasFileName("model.safetensors.index.json");
        WeightSource weights = WeightFiles.open(found);
        assertThat(weights.names()).containsExactly("a", "b");
        assertThat(weights.shape("b")).isEqualTo(Shape.of(1));
        assertThat(weights.read("a").toFloatArray()).containsExactly(1);
        assertThat(weights.read("b").toFloatArray()).containsExactly(2);
        assertThatThrownBy(() -> weights.read("c")).hasMessageContaining("has no tensor c");
    }

    @Test
    void refusesAnIndexThatIsNoneOrLeadsElsewhere() throws IOException {
        shard("one.safetensors", "a", 1);
        Path other = folder.resolve("other.index.json");
        for (String name : List.of("../one.safetensors", "/etc/passwd", "a/one.safetensors", "other.index.json", "")) {
            Files.writeString(other, "{\"weight_map\": {\"a\": \"" + name + "\"}}");
            assertThatThrownBy(() -> WeightFiles.open(other))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("must be the name of a file of weights in the same folder");
        }
        for (String text : List.of("{}", "[]", "{\"weight_map\": 3}", "{\"weight_map\": {}}")) {
            Files.writeString(other, text);
            assertThatThrownBy(() -> WeightFiles.open(other))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("has no weight_map");
        }
        Files.writeString(other, "{\"weight_map\": {\"b\": \"one.safetensors\"}}");
        assertThatThrownBy(() -> WeightFiles.open(other)).hasMessageContaining("has no tensor b");
        Files.writeString(other, "{\"weight_map\": {\"a\": \"two.safetensors\"}}");
        assertThatThrownBy(() -> WeightFiles.open(other)).hasMessageContaining("two.safetensors does not exist");
        Files.writeString(other, "{\"weight_map");
        assertThatThrownBy(() -> WeightFiles.open(other))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("cannot be read");
    }

    @Test
    void givesTimmsVisionTransformersTorchvisionsNames() throws IOException {
        shard("vit.safetensors", "patch_embed.proj.weight", 1);
        WeightSource stored = WeightFiles.open(folder.resolve("vit.safetensors"));
        assertThat(TimmNames.toTorchvision(stored, "").names()).containsExactly("conv_proj.weight");
        assertThat(TimmNames.toTorchvision(stored, "encoder.")).isSameAs(stored);
    }

    @Test
    void readsAStateDictAsTorchSaveWritesIt() throws IOException {
        Path file = folder.resolve("resnet.pth");
        TorchSave.write(
                file,
                Map.of(
                        "conv1.weight", HostTensor.ofFloats(Shape.of(1, 2, 1, 1), 3, 4),
                        "bn1.num_batches_tracked", HostTensor.scalar(7L)));
        WeightSource weights = WeightFiles.open(file);
        assertThat(weights.names()).containsExactlyInAnyOrder("conv1.weight", "bn1.num_batches_tracked");
        assertThat(weights.shape("conv1.weight")).isEqualTo(Shape.of(1, 2, 1, 1));
        assertThat(weights.read("conv1.weight").toFloatArray()).containsExactly(3, 4);
        assertThat(weights.read("bn1.num_batches_tracked").toLongArray()).containsExactly(7);
    }

    private void shard(String file, String tensor, float value) {
        Safetensors.write(
                folder.resolve(file),
                Map.of(tensor, HostTensor.ofFloats(Shape.of(1), value)),
                Safetensors.Precision.FLOAT32,
                Map.of());
    }

    private void index(String json) throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), json);
    }

    @Test
    void saysWhenItCannotTellWhichFileItIs() throws IOException {
        assertThatThrownBy(() -> WeightFiles.find(folder))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no file of weights");
        Files.createFile(folder.resolve("a.pth"));
        Files.createFile(folder.resolve("b.pt"));
        assertThatThrownBy(() -> WeightFiles.find(folder)).hasMessageContaining("several");
        assertThatThrownBy(() -> WeightFiles.open(folder.resolve("c.pth"))).hasMessageContaining("does not exist");
    }
}
