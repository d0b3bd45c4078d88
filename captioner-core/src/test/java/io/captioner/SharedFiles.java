package io.captioner;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Reference files that lie outside of the repository; a test that needs one is skipped where they are absent. */
public final class SharedFiles {
    private static final String USUAL = "../../shared/fixtures";
    private static final String FIXTURES = "fixtures/";

    private SharedFiles() {}

    /**
     * A file or folder of the fixtures, for example {@code fixtures/hf}, or beside them, for example {@code peers/model}. A second set of
     * fixtures that has no such folder beside it shares the first one's.
     */
    public static Path beside(String path) {
        Path fixtures = Path.of(System.getProperty("captioner.fixtures", USUAL));
        Path file = path.startsWith(FIXTURES)
                ? fixtures.resolve(path.substring(FIXTURES.length())) // whatever that folder is called
                : fixtures.toAbsolutePath().resolveSibling(path);
        if (!Files.exists(file) && !path.startsWith(FIXTURES)) {
            file = Path.of(USUAL).resolveSibling(path);
        }
        return require(file);
    }

    private static Path require(Path file) {
        assumeTrue(Files.exists(file), () -> file + " is not here; set -Dcaptioner.fixtures to the folder of fixtures");
        return file;
    }
}
