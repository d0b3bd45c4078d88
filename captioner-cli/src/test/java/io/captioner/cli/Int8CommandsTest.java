package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.confidence.Confidence;
import io.captioner.confidence.Familiarity;
import io.captioner.confidence.Reliability;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.TinyPackage;
import io.captioner.tags.Tags;
import io.captioner.weights.ActivationRanges;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What commands make of a quantised package. */
class Int8CommandsTest {
    private static final Weights CLASSIFIER = Weights.of(Map.of(
            "classifier.weight", HostTensor.allocate(DType.FLOAT32, Shape.of(2, 6)),
            "classifier.bias", HostTensor.ofFloats(Shape.of(2), 3, -3)));

    @TempDir
    Path folder;

    private Path pictures = Path.of("");
    private Path model = Path.of("");

    @BeforeEach
    void files() throws IOException {
        pictures = Files.createDirectory(folder.resolve("pictures"));
        for (int i = 0; i < 3; i++) {
            Drawn.picture(pictures.resolve(i + ".png"), i);
        }
        model = TinyPackage.in(folder);
    }

    private Cli export(Path from, Path to) {
        Cli run = Cli.run("export", "--model", from, "--package", to, "--precision", "int8", "--calibration", pictures);
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    @Test
    void exportKeepsTagsAndSaysThatConfidenceIsToBeMeasuredAgain() {
        HostTensor ones = HostTensor.ofFloats(Shape.of(6), 1, 1, 1, 1, 1, 1);
        Path calibrated = folder.resolve("calibrated");
        TinyPackage.model()
                .withTags(new Tags(List.of("circle", "square"), Map.of()), CLASSIFIER)
                .withReliability(
                        new Reliability(new Confidence(0.5, 0, 1, 1, 0, 0, 0.1, 0.8), new Familiarity(3)),
                        Weights.of(Map.of("familiarity.mean", ones, "familiarity.scale", ones)))
                .save(calibrated);
        Path small = folder.resolve("int8");
        assertThat(export(calibrated, small).err()).contains("captioner calibrate --model " + small);
        ModelPackage loaded = ModelPackage.load(small);
        assertThat(loaded.reliability()).isNull();
        assertThat(loaded.tags().labels()).containsExactly("circle", "square");
        assertThat(export(model, folder.resolve("other")).err()).isEmpty();
    }

    @Test
    void tagsAreAddedAndTheRangesStayAsTheyAre() throws IOException {
        Path small = folder.resolve("int8");
        export(model, small);
        Path weights = folder.resolve("classifier.safetensors");
        Safetensors.write(weights, CLASSIFIER, Precision.FLOAT32, Map.of());
        Path labels = Files.writeString(folder.resolve("labels.txt"), "circle\nsquare\n");
        Path tagged = folder.resolve("tagged");
        Cli tag = Cli.run("tag", "--model", small, "--encoder-weights", weights, "--labels", labels, "--out", tagged);
        assertThat(tag.code()).as(tag.err()).isZero();
        Weights before = Weights.of(ModelPackage.load(small).weights());
        Weights after = Weights.of(ModelPackage.load(tagged).weights());
        assertThat(before.filtered(ActivationRanges::is).names()).isNotEmpty();
        assertThat(after.filtered(name -> !name.startsWith("classifier.")).hash())
                .isEqualTo(before.hash());
        assertThat(Cli.run("inspect", tagged).out()).contains("ranges of activations: computes on 8 bits");
        assertThat(Cli.run("inspect", model).out()).doesNotContain("8 bits");
    }

    @Test
    void bothBackendsCaptionWithIt() {
        Path small = folder.resolve("int8");
        export(model, small);
        for (String backend : new String[] {"onnx", "djl"}) {
            Cli caption = Cli.run(
                    "caption", "--model", small, "--backend", backend, "--threads", 1, pictures.resolve("0.png"));
            assertThat(caption.code()).as(caption.err()).isZero();
            assertThat(caption.lines()).hasSize(1);
        }
    }

    @Test
    void aModelIsWrittenInItsOwnPrecisionUnlessAnotherIsAskedFor() {
        Path small = folder.resolve("int8");
        export(model, small);
        ModelPackage quantised = ModelPackage.load(small);
        PackageOptions options = new PackageOptions();
        assertThat(options.precision(quantised)).isEqualTo(Precision.INT8);
        assertThat(options.precision(ModelPackage.load(model))).isEqualTo(Precision.FLOAT16);
        options.precision = Precision.FLOAT32;
        assertThat(options.precision(quantised)).isEqualTo(Precision.FLOAT32);
    }
}
