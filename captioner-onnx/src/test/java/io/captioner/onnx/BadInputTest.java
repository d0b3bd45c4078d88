package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.Backend;
import io.captioner.ModelException;
import io.captioner.runtime.BadInputContract;
import io.captioner.runtime.TinyPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BadInputTest extends BadInputContract {
    @TempDir
    Path exports;

    @Override
    protected Backend backend() {
        return Backend.ONNX;
    }

    @Test
    void anExportToAPlaceThatCannotBeWritten() throws IOException {
        OnnxExporter exporter = OnnxExporter.of(TinyPackage.model());
        Path nowhere = exports.resolve("nowhere/model.onnx");
        assertThatThrownBy(() -> exporter.write(nowhere))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(nowhere.toString())
                .hasMessageContaining("cannot be written");
        Path taken = Files.createDirectory(exports.resolve("taken.onnx"));
        Files.createFile(taken.resolve("mine"));
        assertThatThrownBy(() -> exporter.write(taken))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(taken.toString());
        assertThat(exports.toFile().list()).containsExactly("taken.onnx");
        assertThat(taken.toFile().list()).containsExactly("mine");
    }
}
