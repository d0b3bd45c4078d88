package io.captioner;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reference files that lie outside of the repository; a test that needs one is skipped where they are absent. */
public final class SharedFiles {
    private SharedFiles() {}

    /** A file or folder beside the fixtures, for example {@code peers/model}. */
    public static Path beside(String path) {
        Path fixtures = Path.of(System.getProperty("captioner.fixtures", "../../shared/fixtures"));
        Path file = fixtures.resolveSibling(path);
        assumeTrue(Files.exists(file), () -> file + " is not here; set -Dcaptioner.fixtures to the folder of fixtures");
        return file;
    }
}
