package io.captioner.cli;

import io.captioner.pack.ImportedCaptioner;
import io.captioner.pack.ModelPackage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code captioner import FOLDER --out DIR}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a model package of a captioner that PyTorch trained: config.json, vocabulary.txt, and weights as"
                    + " .safetensors, .pth or .pt.",
            "Or of a captioner in Hugging Face's layout: VisionEncoderDecoderModel of ViT and GPT-2, BLIP.",
            "Prints which stored tensor became which parameter, what is missing and what is left over."
        })
final class ImportCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FOLDER", description = "Folder of the PyTorch captioner.")
    Path folder = Path.of("");

    @Option(names = "--out", paramLabel = "DIR", required = true, description = "Folder of the new model package.")
    Path out = Path.of("");

    @Option(names = "--id", paramLabel = "NAME", description = "The model's id; the new folder's name if left out.")
    @Nullable
    String id;

    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        Outputs.requirePackage("--out", out);
        ImportedCaptioner imported = ImportedCaptioner.open(folder, id == null ? ModelPackage.idOf(out) : id);
        PrintWriter output =
                Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        output.print(imported.mapping().toText());
        output.flush();
        imported.toPackage().save(out);
        output.println(out);
        return Main.DONE;
    }
}
