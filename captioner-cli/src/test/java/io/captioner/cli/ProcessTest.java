package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.runtime.TinyPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line as a process of its own. */
class ProcessTest {
    private static final int NATIVE_ACCESS_WARNS = 24;

    @TempDir
    Path folder;

    @Test
    void resultsAreUtf8AloneOnStandardOutputInAnyLocale() throws Exception {
        Path picture = Drawn.picture(folder.resolve("x.png"), 0);
        Path model = TinyPackage.in(folder);

        Path out = folder.resolve("out.txt");
        Path err = folder.resolve("err.txt");
        int code = run(
                out,
                err,
                "caption",
                "--model",
                model,
                "--threads",
                1,
                "--forbid",
                "a,red,circle,above,blue,square",
                picture,
                folder.resolve("gone.png"));
        assertThat(code).as(Files.readString(err)).isEqualTo(1);
        assertThat(Files.readString(err))
                .contains("gone.png does not exist")
                .contains("1 caption in")
                .doesNotContain("\u001b", "%", "WARN", "\tat ");
        assertThat(Files.readAllLines(out)).singleElement().asString().startsWith(picture + ": caf\u00e9");
    }

    private static int run(Path out, Path err, Object... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        if (Runtime.version().feature() >= NATIVE_ACCESS_WARNS) {
            command.add("--enable-native-access=ALL-UNNAMED"); // as the jar's manifest says
        }
        command.addAll(List.of("-Xmx512m", "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        List.of(arguments).forEach(argument -> command.add(argument.toString()));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return process.exitValue();
    }
}
