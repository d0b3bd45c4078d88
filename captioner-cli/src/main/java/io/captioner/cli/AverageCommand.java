package io.captioner.cli;

import io.captioner.pack.AveragedModel;
import io.captioner.pack.ModelPackage;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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

    @Mixin
    PackageOptions output = new PackageOptions();

    @Option(names = "--id", paramLabel = "NAME", description = "The model's id; the new folder's name if left out.")
    @Nullable
    String id;

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        output.check();
        List<ModelPackage> packages = models.stream().map(ModelPackage::load).toList();
        output.save(AveragedModel.of(packages, id == null ? ModelPackage.idOf(output.folder()) : id));
        streams.out().println(output.folder());
        return Main.DONE;
    }
}
