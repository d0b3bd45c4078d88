package io.captioner.cli;

import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.data.Evenly;
import io.captioner.onnx.Int8Quantizer;
import io.captioner.onnx.OnnxExporter;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.DefaultCaptionerFactory;
import io.captioner.weights.Safetensors.Precision;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code captioner export --model DIR --onnx OUT.onnx [--precision int8 --calibration DIR]}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes a model as one ONNX file: pixels in, word ids, scores and attention out, for any ONNX Runtime.",
            "The file is loaded and run once before it takes its name.",
            "With --precision int8, it computes on 8 bits: smaller and faster, and nearly as good. The package of --package is"
                    + " a model like any other, for --model."
        })
final class ExportCommand implements Callable<Integer> {
    private static final String FP32 = "fp32";
    private static final String INT8 = "int8";

    @Option(names = "--model", paramLabel = "DIR", description = "Folder of a package; the bundled one if left out.")
    @Nullable
    Path model;

    @Option(names = "--onnx", paramLabel = "FILE", description = "The file to write.")
    @Nullable
    Path onnx;

    @Option(
            names = "--package",
            paramLabel = "DIR",
            description = "The folder of a package to write, beside the file or in its place.")
    @Nullable
    Path folder;

    @Option(
            names = "--precision",
            description = "fp32 or int8. Default: as the model is, fp32 unless it was quantised.")
    @Nullable
    String precision;

    @Option(
            names = "--calibration",
            paramLabel = "DIR",
            description =
                    "Folder of pictures like those the model will see, from which int8 learns the range of each activation.")
    @Nullable
    Path calibration;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "200",
            description = "Pictures of --calibration to take, evenly from the folder. Default: ${DEFAULT-VALUE}.")
    int count = 200;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        Objects.requireNonNull(spec, "picocli sets it");
        checkOptions();
        List<ImageInput> pictures = calibration == null ? List.of() : pictures(calibration, count);
        ModelPackage exported = DefaultCaptionerFactory.model(model);
        boolean quantized = Int8Quantizer.isQuantized(exported);
        if (FP32.equals(precision) && quantized) {
            throw new OptionException("--precision is fp32, but the model " + exported.id()
                    + " was quantised to int8; export the model that it was made from");
        }
        if (INT8.equals(precision) && !quantized && calibration == null) {
            throw new OptionException(
                    "--precision is int8, which needs pictures; name a folder of 100 or more with --calibration");
        }
        if (calibration != null) {
            if (exported.reliability() != null) {
                spec.commandLine()
                        .getErr()
                        .println("its captions' confidence was calibrated in 32 bits and is left out: "
                                + "captioner calibrate " + (folder == null ? "" : "--model " + folder + " ")
                                + "measures it again");
            }
            exported = Int8Quantizer.quantize(exported, pictures);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (onnx != null) {
            OnnxExporter.of(exported).write(onnx);
            left(exported).ifPresent(spec.commandLine().getErr()::println);
            out.println(onnx);
        }
        if (folder != null) {
            exported.save(folder, Int8Quantizer.isQuantized(exported) ? Precision.INT8 : Precision.FLOAT32);
            out.println(folder);
        }
        return Main.DONE;
    }

    /** What the package knows and the graph does not. */
    private static Optional<String> left(ModelPackage model) {
        List<String> left = new ArrayList<>();
        if (model.reliability() != null) {
            left.add("confidence");
        }
        if (model.tags() != null) {
            left.add("tags");
        }
        return left.isEmpty()
                ? Optional.empty()
                : Optional.of("captioner: the file writes captions alone; the package " + model.id() + " keeps its "
                        + String.join(" and ", left));
    }

    private void checkOptions() {
        if (onnx == null && folder == null) {
            throw new OptionException("nothing to write: name a file with --onnx, a folder with --package, or both");
        }
        if (precision != null && !precision.equals(FP32) && !precision.equals(INT8)) {
            throw new OptionException("--precision is \"" + precision + "\"; it must be fp32 or int8");
        }
        if (calibration != null && !INT8.equals(precision)) {
            throw new OptionException("--calibration is for --precision int8 alone; add that, or leave it out");
        }
        if (count < 1) {
            throw new OptionException("--count is " + count + "; it must be 1 or more");
        }
        if (onnx != null) {
            Outputs.requireFile("--onnx", onnx);
        }
        if (folder != null) {
            Outputs.requirePackage("--package", folder);
        }
    }

    private static List<ImageInput> pictures(Path calibration, int count) {
        if (!Files.isDirectory(calibration)) {
            throw new OptionException("--calibration is " + calibration + ", which is no folder; name one of pictures");
        }
        ImageFiles files = ImageFiles.list(List.of(calibration.toString()));
        if (!files.problems().isEmpty()) {
            throw new OptionException("--calibration: " + String.join("; ", files.problems()));
        }
        return Evenly.of(files.pictures(), count).stream()
                .map(picture -> ImageInput.of(picture.file()))
                .toList();
    }
}
