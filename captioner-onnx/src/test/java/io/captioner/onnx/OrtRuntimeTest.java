package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtEnvironment;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtRuntimeTest {
    @TempDir
    Path folder;

    @Test
    void startsUnderALongCommandLine() throws IOException, InterruptedException {
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String filler = "x".repeat(50_000);
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath + File.pathSeparator + filler,
                        Start.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(output)).isZero();
    }

    @Test
    void isTheVersionThatTheBackendNames() {
        assertThat(OrtEnvironment.getEnvironment().getVersion()).isEqualTo(OnnxBackend.VERSION);
    }

    /** ONNX Runtime 1.29 writes an identifier into the home folder and sends it out before anybody can object. */
    @Test
    void hasNoTelemetry() throws IOException {
        try (InputStream library =
                OrtEnvironment.class.getResourceAsStream("/ai/onnxruntime/native/linux-x64/libonnxruntime.so")) {
            String bytes = new String(library.readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(bytes.contains("events.data.microsoft.com")).isFalse();
        }
    }

    /** The program of the JVM that is started. */
    static final class Start {
        public static void main(String[] arguments) {
            OrtRuntime.get();
        }
    }
}
