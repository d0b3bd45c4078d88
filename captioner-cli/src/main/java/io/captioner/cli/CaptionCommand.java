package io.captioner.cli;

import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageException;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code captioner caption IMAGE|FOLDER...} */
@Command(
        name = "caption",
        mixinStandardHelpOptions = true,
        description = "Captions pictures, and the pictures of folders.",
        footer = {
            "",
            "One picture: its caption, or one JSON object. Several, or a folder: a line \"IMAGE: CAPTION\" each, or a JSON array."
        })
final class CaptionCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "IMAGE|FOLDER", description = "Image files, or folders of them.")
    List<Path> inputs = List.of();

    @Mixin
    ModelOptions model = new ModelOptions();

    @Option(names = "--beam", paramLabel = "K", description = "Beam width, 1 (greedy) to 64; the model's own if left out.")
    @Nullable Integer beam;

    @Option(names = "--max-length", paramLabel = "N", description = "Words at most; the model's own if left out.")
    @Nullable Integer maxLength;

    @Option(
            names = "--length-penalty",
            paramLabel = "P",
            description = "Exponent of the length that divides the score; the model's own if left out.")
    @Nullable Double lengthPenalty;

    @Option(names = "--alternatives", paramLabel = "N", description = "Further candidates, up to the beam width - 1.")
    @Nullable Integer alternatives;

    @Option(names = "--forbid", paramLabel = "WORD", split = ",", description = "Words never to write.")
    List<String> forbidden = List.of();

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "1",
            description = "Pictures a call of the runtime. Default: ${DEFAULT-VALUE}.")
    int batch = 1;

    @ArgGroup
    Form form = new Form();

    @Spec
    @Nullable CommandSpec spec;

    /** How results are written. */
    static final class Form {
        @Option(names = "--json", description = "JSON: the image and all fields of the caption.")
        boolean json;

        @Option(names = "--jsonl", description = "One JSON object a line.")
        boolean jsonl;

        @Option(names = "--csv", description = "CSV: image, text, score.")
        boolean csv;
    }

    @Override
    public Integer call() {
        if (batch < 1) {
            throw new OptionException("--batch is " + batch + "; it must be at least 1");
        }
        PrintWriter out = spec().commandLine().getOut();
        PrintWriter err = spec().commandLine().getErr();
        List<Path> images = ImageFiles.list(inputs);
        boolean single = inputs.size() == 1 && images.size() == 1 && images.get(0).equals(inputs.get(0));
        long start = System.nanoTime();
        int failed = 0;
        try (Captioner captioner = model.builder().build();
                CaptionWriter writer = CaptionWriter.of(form, single, out);
                ProgressBar progress = Progress.bar("captions", images.size())) {
            GenerationOptions options = options(captioner.options());
            long loaded = System.nanoTime();
            for (int from = 0; from < images.size(); from += batch) {
                List<Path> some = images.subList(from, Math.min(images.size(), from + batch));
                failed += caption(captioner, some, options, writer, err);
                progress.stepBy(some.size());
            }
            int done = images.size() - failed;
            err.printf(
                    Locale.ROOT,
                    "%d %s in %.2f s (model loaded in %.2f s)%n",
                    done,
                    done == 1 ? "caption" : "captions",
                    seconds(loaded, System.nanoTime()),
                    seconds(start, loaded));
        }
        return failed == 0 ? Main.DONE : Main.FAILED;
    }

    private static int caption(
            Captioner captioner, List<Path> images, GenerationOptions options, CaptionWriter writer, PrintWriter err) {
        try {
            List<Caption> captions = captioner.captionAll(
                    images.stream().map(ImageInput::of).toList(), options);
            for (int i = 0; i < images.size(); i++) {
                writer.write(images.get(i), captions.get(i));
            }
            return 0;
        } catch (ImageException e) {
            if (images.size() == 1) {
                err.println("captioner: " + e.getMessage());
                return 1;
            }
            // one of the batch is unreadable: the others are still captioned
            return images.stream()
                    .mapToInt(image -> caption(captioner, List.of(image), options, writer, err))
                    .sum();
        }
    }

    private GenerationOptions options(GenerationOptions defaults) {
        GenerationOptions.Builder builder = defaults.toBuilder();
        if (beam != null) {
            builder.beamWidth(beam);
        }
        if (maxLength != null) {
            builder.maxLength(maxLength);
        }
        if (lengthPenalty != null) {
            builder.lengthPenalty(lengthPenalty);
        }
        if (alternatives != null) {
            builder.alternatives(alternatives);
        }
        if (!forbidden.isEmpty()) {
            builder.forbiddenWords(forbidden.toArray(String[]::new));
        }
        return builder.build();
    }

    private CommandSpec spec() {
        return java.util.Objects.requireNonNull(spec, "picocli sets it");
    }

    private static double seconds(long from, long to) {
        return Duration.ofNanos(to - from).toMillis() / 1000.0;
    }
}
