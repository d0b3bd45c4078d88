package io.captioner.cli;

import io.captioner.GenerationOptions;
import io.captioner.nn.EncoderArchitecture.Grid;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.DefaultCaptionerFactory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code captioner inspect [MODEL]}. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Prints what a model package holds, after checking its hashes.")
final class InspectCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Folder of a package; the bundled one if left out.")
    @Nullable Path model;

    @Option(names = "--tensors", description = "List every tensor and its shape.")
    boolean tensors;

    @Spec
    @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        ModelPackage loaded = DefaultCaptionerFactory.model(model);
        long elements = loaded.weights().names().stream()
                .mapToLong(name -> loaded.weights().shape(name).size())
                .sum();
        Grid grid = loaded.architecture()
                .encoder()
                .grid(loaded.transform().height(), loaded.transform().width());
        GenerationOptions generation = loaded.generation();
        out.println("id          " + loaded.id());
        out.println("encoder     " + loaded.architecture().encoder());
        out.println("decoder     " + loaded.architecture().decoder());
        out.println("transform   " + loaded.transform());
        out.println("grid        " + grid.rows() + " x " + grid.columns());
        out.println("vocabulary  " + loaded.vocabulary().size() + " words");
        out.println("search      beam width " + generation.beamWidth() + ", at most " + generation.maxLength()
                + " words, length penalty " + generation.lengthPenalty());
        out.println(String.format(
                Locale.ROOT,
                "weights     %d tensors, %.2f million numbers",
                loaded.weights().names().size(),
                elements / 1e6));
        out.println("provenance  " + loaded.provenance());
        if (tensors) {
            new TreeSet<>(loaded.weights().names())
                    .forEach(name -> out.println("  " + name + " " + loaded.weights().shape(name)));
        }
        out.flush();
        return Main.DONE;
    }
}
