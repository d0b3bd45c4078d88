package io.captioner.cli;

import io.captioner.pack.ImportedCaptioner;
import io.captioner.pack.ModelPackage;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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

    @Mixin
    PackageFolder out = new PackageFolder();

    @Option(names = "--id", paramLabel = "NAME", description = "The model's id; the new folder's name if left out.")
    @Nullable
    String id;

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        out.check();
        ImportedCaptioner imported = ImportedCaptioner.open(folder, id == null ? ModelPackage.idOf(out.folder) : id);
        PrintWriter output = streams.out();
        output.print(imported.mapping().toText());
        output.flush();
        imported.toPackage().save(out.folder);
        output.println(out.folder);
        return Main.DONE;
    }
}
