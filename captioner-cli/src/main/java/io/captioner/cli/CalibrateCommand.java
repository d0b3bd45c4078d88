package io.captioner.cli;

import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.OptionException;
import io.captioner.confidence.Calibration;
import io.captioner.confidence.Confidence;
import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.data.Evenly;
import io.captioner.pack.ModelPackage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code captioner calibrate --model DIR --data DATASET --out DIR}. */
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        description = {
            "Measures how far a model's captions can be trusted, and writes the model with that knowledge.",
            "Its captions then have a confidence, and a flag where a picture is unlike the training photos."
        })
final class CalibrateCommand implements Callable<Integer> {
    /** After the split, names the metric of the package that is the share of good captions. */
    static final String GOOD = ".good";

    @Mixin
    ModelOptions model = new ModelOptions();

    @Mixin
    DatasetOptions source = new DatasetOptions();

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "val",
            description =
                    "What is captioned, with two captions or more a picture: val, test or restval. The model must not have been trained on it. Default: ${DEFAULT-VALUE}.")
    Split split = Split.VAL;

    @Option(
            names = "--typical-split",
            paramLabel = "SPLIT",
            defaultValue = "train",
            description = "What the model was trained on. Default: ${DEFAULT-VALUE}.")
    Split typicalSplit = Split.TRAIN;

    @Option(
            names = "--typical-photos",
            paramLabel = "N",
            defaultValue = "2000",
            description = "Photos of it that are looked at, evenly chosen; 20 or more. Default: ${DEFAULT-VALUE}.")
    int typicalPhotos = 2000;

    @Option(
            names = "--batch",
            paramLabel = "B",
            defaultValue = "8",
            description = "Pictures a call of the runtime. Default: ${DEFAULT-VALUE}.")
    int batch = 8;

    @Mixin
    PackageOptions output = new PackageOptions();

    @Mixin
    Streams streams = new Streams();

    @Override
    public Integer call() {
        CaptionCommand.checkBatch(batch);
        output.check();
        if (typicalPhotos < 20) {
            throw new OptionException("--typical-photos is " + typicalPhotos + "; it must be at least 20");
        }
        PrintWriter told = streams.out();
        PrintWriter err = streams.err();
        CaptionDataset dataset = source.read(err);
        List<Example> examples = DatasetOptions.examples(dataset, split, "--split");
        List<Example> typical =
                Evenly.of(DatasetOptions.examples(dataset, typicalSplit, "--typical-split"), typicalPhotos);
        Calibration.requireEnough(
                typical.size(), examples.stream().map(Example::texts).toList());
        ModelPackage original = model.load();
        Map<String, Caption> captions;
        try (Captioner captioner = model.builder().build()) {
            captions = EvaluateCommand.captions(captioner, examples, batch, err);
        }
        List<float[]> features = Vectors.of(
                Stream.concat(typical.stream(), examples.stream())
                        .map(Example::image)
                        .toList(),
                original,
                model,
                null,
                err);
        List<Calibration.Photo> photos = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            Example example = examples.get(i);
            photos.add(new Calibration.Photo(
                    Objects.requireNonNull(captions.get(example.id()), "each was captioned"),
                    example.texts(),
                    features.get(typical.size() + i)));
        }
        Calibration calibration = Calibration.of(features.subList(0, typical.size()), photos);
        Map<String, Double> measured = new TreeMap<>(original.provenance().metrics());
        measured.put(split.label() + GOOD, calibration.good());
        output.save(original.withReliability(calibration.reliability(), calibration.familiarity())
                .withProvenance(original.provenance().withMetrics(measured)));
        tell(calibration, told);
        return Main.DONE;
    }

    private void tell(Calibration calibration, PrintWriter told) {
        Confidence confidence = calibration.reliability().confidence();
        told.printf(Locale.ROOT, "photos             %d of %s%n", calibration.photos(), split.label());
        told.printf(
                Locale.ROOT,
                "good               CIDEr-D %.3f, the median of people; %.1f %% of the captions are%n",
                confidence.good(),
                100 * calibration.good());
        told.printf(
                Locale.ROOT,
                "separation         %.3f, worst quarter from best, area under the curve%n",
                confidence.separation());
        told.printf(Locale.ROOT, "calibration error  %.3f%n", confidence.calibrationError());
        told.printf(
                Locale.ROOT,
                "unlike training    %.1f %% of the photos, above %.3f%n",
                100 * calibration.unlike(),
                calibration.reliability().familiarity().threshold());
        told.println(output.folder());
    }
}
