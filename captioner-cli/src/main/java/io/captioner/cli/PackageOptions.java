package io.captioner.cli;

import io.captioner.onnx.Int8Quantizer;
import io.captioner.pack.ModelPackage;
import io.captioner.weights.Safetensors.Precision;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a command writes a model package, and how small. */
final class PackageOptions {
    @Mixin
    PackageFolder out = new PackageFolder();

    @Option(
            names = "--precision",
            paramLabel = "P",
            description =
                    "Of the weights: float16, float32 or int8. Default: int8 where the model is quantised, else float16.")
    @Nullable
    Precision precision;

    /** Refuses, before the work, a place where no package can be written. */
    void check() {
        out.check();
    }

    Path folder() {
        return out.folder;
    }

    /** What was asked for, else that of the model. */
    Precision precision(ModelPackage model) {
        if (precision != null) {
            return precision;
        }
        return Int8Quantizer.isQuantized(model) ? Precision.INT8 : Precision.FLOAT16;
    }

    void save(ModelPackage model) {
        model.save(folder(), precision(model));
    }
}
