package io.captioner.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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
