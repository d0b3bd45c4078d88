package io.captioner.cli;

import io.captioner.GenerationOptions;
import io.captioner.confidence.Confidence;
import io.captioner.confidence.Reliability;
import io.captioner.image.ImageTransform;
import io.captioner.nn.EncoderArchitecture.Grid;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.pack.Provenance;
import io.captioner.runtime.DefaultCaptionerFactory;
import io.captioner.tags.Tags;
import io.captioner.weights.ActivationRanges;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code captioner inspect [MODEL]}. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description = "Prints what a model package holds and how it came to be, after checking its hashes.")
final class InspectCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "Folder of a package; the bundled one if left out.")
    @Nullable
    Path model;

    @Option(names = "--tensors", description = "List every tensor and its shape.")
    boolean tensors;

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        PrintWriter out = streams.out();
        ModelPackage loaded = DefaultCaptionerFactory.model(model);
        describe(loaded, out);
        limits(loaded, out);
        provenance(loaded.provenance(), out);
        if (model != null) {
            sizes(model, out);
        }
        if (tensors) {
            heading(out, "Tensors");
            new TreeSet<>(loaded.weights().names())
                    .forEach(
                            name -> line(out, name, loaded.weights().shape(name).toString()));
        }
        out.flush();
        return Main.DONE;
    }

    private static void describe(ModelPackage model, PrintWriter out) {
        ImageTransform transform = model.transform();
        Grid grid = model.architecture().encoder().grid(transform.height(), transform.width());
        GenerationOptions generation = model.generation();
        line(out, "id", model.id());
        line(out, "licence", known(model.provenance().licence()));
        line(out, "encoder", model.architecture().encoder().toString());
        line(out, "decoder", model.architecture().decoder().toString());
        line(out, "pictures", describe(transform));
        line(out, "attention", "over " + grid.rows() + " x " + grid.columns() + " places");
        line(out, "vocabulary", model.vocabulary().size() + " words, the 4 special ones included");
        line(
                out,
                "search",
                (generation.beamWidth() == 1 ? "greedy" : "beam width " + generation.beamWidth()) + ", at most "
                        + generation.maxLength() + " words, length penalty " + generation.lengthPenalty());
        line(
                out,
                "weights",
                String.format(
                        Locale.ROOT,
                        "%d tensors, %.2f million numbers (encoder %.2f, decoder %.2f)",
                        model.weights().names().size(),
                        millions(model.weights(), ""),
                        millions(model.weights(), "encoder."),
                        millions(model.weights(), "decoder.")));
        long ranges =
                model.weights().names().stream().filter(ActivationRanges::is).count();
        if (ranges > 0) {
            line(out, "int8", ranges + " ranges of activations: computes on 8 bits on ONNX Runtime on a processor");
        }
    }

    /** What the model knows of what it does not know. */
    private static void limits(ModelPackage model, PrintWriter out) {
        Reliability reliability = model.reliability();
        if (reliability == null) {
            line(out, "confidence", "none; captioner calibrate adds it");
        }
        Tags tags = model.tags();
        line(
                out,
                "tags",
                tags == null
                        ? "none; captioner tag adds them"
                        : tags.labels().size() + " labels, " + TagFiles.sayable(tags, model.vocabulary())
                                + " of which the model has words for; captioner caption --tags");
        if (reliability == null) {
            return;
        }
        Confidence confidence = reliability.confidence();
        heading(out, "How far captions can be trusted");
        line(out, "good caption", number(confidence.good()) + " CIDEr-D or more, the median of people");
        model.provenance().metrics().forEach((name, value) -> {
            if (name.endsWith(CalibrateCommand.GOOD)) {
                String split = name.substring(0, name.length() - CalibrateCommand.GOOD.length());
                line(out, "good ones", String.format(Locale.ROOT, "%.1f %% of the captions of %s", 100 * value, split));
            }
        });
        line(
                out,
                "separation",
                number(confidence.separation())
                        + ", worst quarter from best, area under the curve (0.5: by chance, 1: always)");
        line(out, "calibration error", number(confidence.calibrationError()));
        line(
                out,
                "unlike training",
                "photos with an unfamiliarity above "
                        + number(reliability.familiarity().threshold()));
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.3f", value);
    }

    private static String describe(ImageTransform transform) {
        String resized = switch (transform.mode()) {
            case SQUASH -> "squashed to " + transform.width() + " x " + transform.height();
            case RESIZE_CROP ->
                "short side to " + transform.resize() + ", centre " + transform.width() + " x " + transform.height();
        };
        return resized + " (width x height), " + transform.filter().name().toLowerCase(Locale.ROOT) + ", mean "
                + describe(transform.mean()) + ", deviation " + describe(transform.std());
    }

    private static String describe(ImageTransform.Rgb rgb) {
        return rgb.red() + " " + rgb.green() + " " + rgb.blue();
    }

    private static double millions(WeightSource weights, String prefix) {
        return weights.names().stream()
                        .filter(name -> name.startsWith(prefix))
                        .mapToLong(name -> weights.shape(name).size())
                        .sum()
                / 1e6;
    }

    private static void provenance(Provenance provenance, PrintWriter out) {
        heading(out, "How it came to be");
        line(out, "trained by", known(provenance.trainer()));
        line(out, "finished", provenance.created().toString());
        line(out, "saved by", "captioner " + known(provenance.captionerVersion()));
        line(out, "data", known(provenance.dataset()));
        line(out, "its SHA-256", known(provenance.datasetHash()));
        if (!provenance.metrics().isEmpty()) {
            heading(out, "Measured");
            provenance.metrics().forEach((name, value) -> line(out, name, String.format(Locale.ROOT, "%.4f", value)));
        }
        if (!provenance.recipe().isEmpty()) {
            heading(out, "Recipe");
            provenance.recipe().forEach((name, value) -> line(out, name, value));
        }
        if (!provenance.notices().isEmpty()) {
            heading(out, "Notices");
            provenance.notices().forEach(notice -> out.println(notice.strip()));
        }
    }

    private static void sizes(Path folder, PrintWriter out) {
        heading(out, "Files");
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
            for (Path file : files) {
                line(
                        out,
                        String.valueOf(file.getFileName()),
                        String.format(Locale.ROOT, "%,d bytes", Files.size(file)));
            }
        } catch (IOException e) {
            line(out, folder.toString(), "cannot be listed: " + e.getMessage());
        }
    }

    private static String known(String text) {
        return text.isBlank() ? "not said" : text;
    }

    private static void heading(PrintWriter out, String text) {
        out.println();
        out.println(text);
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println(String.format("%-20s %s", name, value));
    }
}
