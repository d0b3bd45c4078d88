package io.captioner.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a command writes a model package. */
final class PackageFolder {
    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            required = true,
            description = "Folder of the new model package; a package that is there is replaced.")
    Path folder = Path.of("");

    /** Refuses, before the work, a place where no package can be written. */
    void check() {
        Outputs.requirePackage("--out", folder);
    }
}
