package io.captioner.cli;

import io.captioner.pack.ModelPackage;
import io.captioner.weights.Safetensors.Precision;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where a command writes a model package, and how small. */
final class PackageOptions {
    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            required = true,
            description = "Folder of the new model package; a package that is there is replaced.")
    Path out = Path.of("");

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "float16",
            description = "Of the weights: float16, float32 or int8. Default: ${DEFAULT-VALUE}.")
    Precision precision = Precision.FLOAT16;

    /** Refuses, before the work, a place where no package can be written. */
    void check() {
        Outputs.requirePackage("--out", out);
    }

    void save(ModelPackage model) {
        model.save(out, precision);
    }
}
