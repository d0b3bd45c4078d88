package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.Backend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application without log provider, in a JVM of its own: it prints its caption, nothing else is printed, and it ends by itself. */
public abstract class StandaloneContract {
    private static final int NATIVE_ACCESS_WARNS = 24;

    @TempDir
    Path folder;

    protected abstract Backend backend();

    @Test
    void printsNothingButItsOwnAndEndsByItself() throws Exception {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(command(TinyPackage.in(folder)))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES))
                    .as("ends by itself")
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(lines(output)).singleElement().asString().startsWith("caption: ");
        assertThat(process.exitValue()).isZero();
    }

    private List<String> command(Path model) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= NATIVE_ACCESS_WARNS) {
            command.add("--enable-native-access=ALL-UNNAMED"); // or the JDK itself warns of native libraries
        }
        command.add("-Xmx512m");
        command.add("-Dpadding=" + "/a/class/path/as/long/as/large/applications/have.jar:".repeat(1000));
        command.add("-cp");
        command.add(System.getProperty("java.class.path"));
        command.add(CaptionOnce.class.getName());
        command.add(backend().name());
        command.add(model.toString());
        return command;
    }

    private static List<String> lines(Path output) throws IOException {
        return Files.readAllLines(output);
    }
}
