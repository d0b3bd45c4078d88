package io.captioner.cli;

import io.captioner.OptionException;
import io.captioner.onnx.OnnxExporter;
import io.captioner.runtime.DefaultCaptionerFactory;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code captioner export --model DIR --onnx OUT.onnx}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a model as one ONNX file: pixels in, word ids, scores and attention out, for any ONNX Runtime.",
            "The file is loaded and run once before it takes its name."
        })
final class ExportCommand implements Callable<Integer> {
    @Option(names = "--model", paramLabel = "DIR", description = "Folder of a package; the bundled one if left out.")
    @Nullable
    Path model;

    @Option(names = "--onnx", paramLabel = "FILE", required = true, description = "The file to write.")
    Path onnx = Path.of("");

    @Option(names = "--precision", defaultValue = "fp32", description = "fp32. Default: ${DEFAULT-VALUE}.")
    String precision = "fp32";

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        if (!precision.equals("fp32")) {
            throw new OptionException("--precision is \"" + precision + "\"; this version exports fp32 only");
        }
        Outputs.requireFile("--onnx", onnx);
        OnnxExporter.of(DefaultCaptionerFactory.model(model)).write(onnx);
        Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut().println(onnx);
        return Main.DONE;
    }
}
