package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxExporterTest {
    @TempDir
    Path folder;

    private final Program program = Fixed.program(
            List.of(new Port("words", DType.INT64, Shape.of(Shape.UNKNOWN, 2))),
            List.of("vectors"),
            (p, in) ->
                    List.of(Fixed.weight(p.scope("embedding"), "weight", 3, 2).rows(in.get(0))));

    private final Fixed.Weights weights =
            new Fixed.Weights(Map.of("embedding.weight", HostTensor.ofFloats(Shape.of(3, 2), 1, 2, 3, 4, 5, 6)));

    @Test
    void writesASelfContainedFileThatRuns() throws IOException {
        Path file = folder.resolve("model.onnx");
        OnnxExporter.of(program, weights)
                .metadata(Map.of("licence", "Apache-2.0"))
                .write(file);

        ModelProto model = ModelProto.parseFrom(Files.readAllBytes(file));
        assertThat(model.getMetadataPropsList())
                .extracting(entry -> entry.getKey() + "=" + entry.getValue())
                .contains("licence=Apache-2.0", "inputs=words INT64 (?, 2)", "outputs=vectors");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
        assertThat(Files.list(folder)).hasSize(1);
        try (Executable executable = OnnxExecutable.load(OrtRuntime.get(), file, program.inputs(), Device.cpu(), 2)) {
            HostTensor words = HostTensor.ofLongs(Shape.of(1, 2), 2, 0);
            assertThat(executable.run(List.of(words)).get(0).toFloatArray()).containsExactly(5, 6, 1, 2);
        }
    }

    @Test
    void leavesTheOldFileWhereTheNewOneDoesNotRun() throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.writeString(file, "old");
        OnnxExporter failing =
                OnnxExporter.of(program, weights).example(List.of(HostTensor.ofLongs(Shape.of(1, 2), 7, 7)));

        assertThatThrownBy(() -> failing.write(file)).isInstanceOf(BackendException.class);
        assertThat(file).hasContent("old");
        assertThat(Files.list(folder)).hasSize(1);
    }

    @Test
    void namesAFileThatCannotBeWritten() {
        Path file = folder.resolve("missing").resolve("model.onnx");
        assertThatThrownBy(() -> OnnxExporter.of(program, weights).write(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(file.toString());
    }
}
