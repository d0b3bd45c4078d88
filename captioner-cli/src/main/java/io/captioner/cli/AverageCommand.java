package io.captioner.cli;

import io.captioner.pack.AveragedModel;
import io.captioner.pack.ModelPackage;
import io.captioner.weights.Safetensors.Precision;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code captioner average A B C --out DIR}. */
@Command(
        name = "average",
        mixinStandardHelpOptions = true,
        description = {
            "Makes one model of several of one architecture and vocabulary: its weights are the mean of theirs.",
            "Good for models that began alike; evaluate the result before you use it."
        })
final class AverageCommand implements Callable<Integer> {
    @Parameters(paramLabel = "MODEL", arity = "2..*", description = "Folders of model packages.")
    List<Path> models = List.of();

    @Option(
            names = {"-o", "--out"},
            paramLabel = "DIR",
            required = true,
            description = "Folder of the new model package.")
    Path out = Path.of("");

    @Option(names = "--id", paramLabel = "NAME", description = "The model's id; the new folder's name if left out.")
    @Nullable
    String id;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "float16",
            description = "float16 or float32. Default: ${DEFAULT-VALUE}.")
    Precision precision = Precision.FLOAT16;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        List<ModelPackage> packages = models.stream().map(ModelPackage::load).toList();
        AveragedModel.of(packages, id == null ? ImportCommand.idOf(out) : id).save(out, precision);
        Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut().println(out);
        return Main.DONE;
    }
}
