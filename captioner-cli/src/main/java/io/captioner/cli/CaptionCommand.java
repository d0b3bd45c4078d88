package io.captioner.cli;

import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.cli.ImageFiles.Picture;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code captioner caption IMAGE|FOLDER...} */
@Command(
        name = "caption",
        mixinStandardHelpOptions = true,
        description = "Captions pictures, and the pictures of folders.",
        footer = {
            "",
            "One picture: its caption, or one JSON object. Several, or a folder: a line \"IMAGE: CAPTION\" each, or a JSON array.",
            "Alternatives stand below their caption, indented."
        })
final class CaptionCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "IMAGE|FOLDER", description = "Image files, or folders of them.")
    List<String> inputs = List.of();

    @Mixin
    EnsembleOptions models = new EnsembleOptions();

    @Mixin
    SearchOptions search = new SearchOptions();

    @Mixin
    SamplingOptions sampling = new SamplingOptions();

    @Option(names = "--alternatives", paramLabel = "N", description = "Further candidates, up to the beam width - 1.")
    @Nullable
    Integer alternatives;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "1",
            description = "Pictures a call of the runtime. Default: ${DEFAULT-VALUE}.")
    int batch = 1;

    @ArgGroup
    Form form = new Form();

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description =
                    "Also writes a page that shows each photo, its words' probabilities, and where the model looked.")
    @Nullable
    Path report;

    @Mixin
    Streams streams = new Streams();

    /** How results are written. */
    static final class Form {
        @Option(names = "--json", description = "JSON: the image and all fields of the caption.")
        boolean json;

        @Option(names = "--jsonl", description = "One JSON object a line.")
        boolean jsonl;

        @Option(names = "--csv", description = "CSV: image, text, score; with alternatives, text and score of each.")
        boolean csv;
    }

    @Override
    public Integer call() {
        checkBatch(batch);
        search.check();
        sampling.over(GenerationOptions.greedy(), false);
        if (report != null) {
            Outputs.requireNoFolder("--report", report);
        }
        PrintWriter out = streams.out();
        PrintWriter err = streams.err();
        ImageFiles found = ImageFiles.list(inputs);
        List<Picture> pictures = found.pictures();
        found.problems().forEach(problem -> err.println("captioner: " + problem));
        boolean single = inputs.size() == 1
                && pictures.size() == 1
                && pictures.get(0).name().equals(inputs.get(0));
        if (pictures.isEmpty()) {
            CaptionWriter.of(form, false, 0, out).close();
            return Main.FAILED;
        }
        int failed = found.problems().size();
        long start = System.nanoTime();
        try (Captioner captioner = models.builder()
                .generation(own -> sampling.over(search.over(own, alternatives), search.beam != null))
                .build()) {
            long loaded = System.nanoTime();
            int done = 0;
            try (CaptionWriter results =
                            CaptionWriter.of(form, single, captioner.options().alternatives(), out);
                    ReportWriter page =
                            report == null ? null : ReportWriter.beside(results, report, models.model.load());
                    Progress progress = Progress.besideResults("captions", pictures.size(), err)) {
                CaptionWriter writer = page == null ? results : page;
                // where nobody takes the results any more, more of them are no use
                for (int from = 0; from < pictures.size() && !out.checkError(); from += batch) {
                    List<Picture> some = pictures.subList(from, Math.min(pictures.size(), from + batch));
                    int bad = caption(captioner, some, writer, progress);
                    failed += bad;
                    done += some.size() - bad;
                    progress.stepBy(some.size());
                }
            }
            err.printf(
                    Locale.ROOT,
                    "%d %s in %.2f s (model loaded in %.2f s)%n",
                    done,
                    done == 1 ? "caption" : "captions",
                    (System.nanoTime() - loaded) / 1e9,
                    (loaded - start) / 1e9);
        }
        return failed == 0 ? Main.DONE : Main.FAILED;
    }

    static void checkBatch(int batch) {
        if (batch < 1 || batch > 4096) {
            throw new OptionException("--batch is " + batch + "; it must be between 1 and 4096");
        }
    }

    /** Returns how many of the pictures cannot be read. */
    private static int caption(Captioner captioner, List<Picture> pictures, CaptionWriter writer, Progress progress) {
        try {
            List<Caption> captions = captioner.captionAll(pictures.stream()
                    .map(picture -> ImageInput.of(picture.file()))
                    .toList());
            for (int i = 0; i < pictures.size(); i++) {
                writer.write(pictures.get(i), captions.get(i));
                if (captions.get(i).unlikeTraining()) {
                    progress.line("captioner: " + pictures.get(i).name()
                            + " is unlike the photos that the model was trained on; do not rely on its caption");
                }
            }
            return 0;
        } catch (ImageException e) {
            if (pictures.size() == 1) {
                progress.line("captioner: " + e.getMessage());
                writer.failed(pictures.get(0), String.valueOf(e.getMessage()));
                return 1;
            }
            // one of the batch is unreadable: the others are still captioned
            return pictures.stream()
                    .mapToInt(picture -> caption(captioner, List.of(picture), writer, progress))
                    .sum();
        }
    }
}
