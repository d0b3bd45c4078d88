package io.captioner.cli;

import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.data.Evenly;
import io.captioner.onnx.Int8Quantizer;
import io.captioner.onnx.OnnxExporter;
import io.captioner.pack.ModelPackage;
import io.captioner.weights.Safetensors;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
    /** In what a graph computes. */
    enum Precision {
        FP32,
        INT8
    }

    @Mixin
    ModelFolder model = new ModelFolder();

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
            paramLabel = "P",
            description = "fp32 or int8. Default: as the model is, fp32 unless it was quantised.")
    @Nullable
    Precision precision;

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

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        checkOptions();
        List<ImageInput> pictures = calibration == null ? List.of() : pictures(calibration, count);
        ModelPackage exported = model.load();
        boolean quantized = Int8Quantizer.isQuantized(exported);
        if (precision == Precision.FP32 && quantized) {
            throw new OptionException("--precision is fp32, but the model " + exported.id()
                    + " was quantised to int8; export the model that it was made from");
        }
        if (precision == Precision.INT8 && !quantized && calibration == null) {
            throw new OptionException(
                    "--precision is int8, which needs pictures; name a folder of 100 or more with --calibration");
        }
        if (calibration != null) {
            boolean calibrated = exported.reliability() != null;
            exported = Int8Quantizer.quantize(exported, pictures);
            if (calibrated) {
                streams.err()
                        .println("captioner: the confidence of its captions was calibrated in 32 bits and is left out;"
                                + " captioner calibrate " + (folder == null ? "" : "--model " + folder + " ")
                                + "measures it again");
            }
        }
        PrintWriter out = streams.out();
        if (onnx != null) {
            OnnxExporter.of(exported).write(onnx);
            left(exported).ifPresent(streams.err()::println);
            out.println(onnx);
        }
        if (folder != null) {
            exported.save(
                    folder,
                    Int8Quantizer.isQuantized(exported) ? Safetensors.Precision.INT8 : Safetensors.Precision.FLOAT32);
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
        if (calibration != null && precision != Precision.INT8) {
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
