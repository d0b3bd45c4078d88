package io.captioner.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RatiosTest {
    @TempDir
    Path folder;

    private String run(Path peers) throws Exception {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            Ratios.main(new String[] {
                peers.toString(), "python=" + folder.resolve("no-python"), "out=" + folder.resolve("ratios.json")
            });
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    private void assertNulls() throws Exception {
        JsonObject written = JsonParser.parseString(Files.readString(folder.resolve("ratios.json")))
                .getAsJsonObject();
        assertThat(written.keySet()).contains("P1.fp32", "P5.bf16", "P10");
        assertThat(written.asMap().values()).allMatch(value -> value.isJsonNull());
    }

    @Test
    void writesNullsAndSaysWhatToInstallWithoutPyTorch() throws Exception {
        Files.createFile(folder.resolve("measure.py"));
        assertThat(run(folder)).contains("pip install torch timm").contains("-Dpython=PYTHON");
        assertNulls();
    }

    @Test
    void writesNullsAndNamesTheFolderWithoutContenders() throws Exception {
        assertThat(run(folder)).contains("has no measure.py").contains("-Dpeers=DIR");
        assertNulls();
    }
}
