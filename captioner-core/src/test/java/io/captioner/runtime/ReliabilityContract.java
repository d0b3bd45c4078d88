package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.ModelException;
import io.captioner.confidence.Confidence;
import io.captioner.confidence.Familiarity;
import io.captioner.confidence.Reliability;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a calibrated package says of its captions. Each backend extends this. */
public abstract class ReliabilityContract {
    private static final float[] MEAN = {0.5f, -1, 2, 0, 3, 1};
    private static final float[] SCALE = {1, 2, 0.5f, 1, 0.25f, 4};

    @TempDir
    Path folder;

    private Path calibrated = Path.of("");
    private final List<ImageInput> pictures = TinyPictures.all();

    protected abstract Backend backend();

    /** Its confidence is 1 / (1 + exp(-u)), so that u can be read. */
    private static ModelPackage model(double threshold) {
        return TinyPackage.model()
                .withReliability(
                        new Reliability(new Confidence(0.5, 0, 0, 0, 0, 1e-3, 0.02, 0.8), new Familiarity(threshold)),
                        familiarity());
    }

    /** What is typical for the encoder of {@link TinyPackage}. */
    static Weights familiarity() {
        return Weights.of(Map.of(
                "familiarity.mean", HostTensor.ofFloats(Shape.of(6), MEAN),
                "familiarity.scale", HostTensor.ofFloats(Shape.of(6), SCALE)));
    }

    @BeforeEach
    void save() {
        calibrated = folder.resolve("calibrated");
        model(1).save(calibrated);
    }

    private Captioner.Builder builder() {
        return Captioner.builder().backend(backend()).threads(1);
    }

    /** By the formula of {@link Familiarity}, in Java. */
    private double[] unfamiliarity() {
        float[][] features = TinyPictures.meanFeatures(backend());
        double[] u = new double[features.length];
        for (int n = 0; n < u.length; n++) {
            for (int d = 0; d < MEAN.length; d++) {
                double f = features[n][d];
                double g = Math.log(Math.max(f, 0) + 0.01) - Math.log(Math.max(-f, 0) + 0.01);
                u[n] += Math.pow((g - MEAN[d]) / SCALE[d], 2) / MEAN.length;
            }
        }
        return u;
    }

    private static double read(Caption caption) {
        double p = caption.confidence().orElseThrow();
        return Math.log(p / (1 - p)) * 1e3;
    }

    @Test
    void eachPictureOfABatchHasItsOwnUnfamiliarity() {
        double[] expected = unfamiliarity();
        double threshold = (expected[0] + expected[4]) / 2;
        model(threshold).save(calibrated);
        try (Captioner captioner = builder().model(calibrated).build()) {
            List<Caption> together = captioner.captionAll(pictures);
            for (int i = 0; i < expected.length; i++) {
                assertThat(read(together.get(i))).isCloseTo(expected[i], within(1e-3 * expected[i]));
                assertThat(together.get(i).unlikeTraining()).isEqualTo(expected[i] > threshold);
                assertThat(captioner.caption(pictures.get(i)).confidence().orElseThrow())
                        .isCloseTo(together.get(i).confidence().orElseThrow(), within(1e-6));
            }
            assertThat(together).extracting(Caption::unlikeTraining).contains(true, false);
            assertThat(captioner.captionAsync(pictures.get(1)).join().confidence())
                    .hasValueCloseTo(together.get(1).confidence().orElseThrow(), within(1e-6));
        }
    }

    @Test
    void everySearchSaysIt() {
        double expected = unfamiliarity()[2];
        try (Captioner captioner = builder().model(calibrated).build()) {
            for (GenerationOptions options : List.of(
                    GenerationOptions.builder().maxLength(5).beamWidth(3).build(),
                    GenerationOptions.builder()
                            .maxLength(5)
                            .beamWidth(3)
                            .mustSay("circle")
                            .build(),
                    GenerationOptions.builder().maxLength(5).samples(2).build())) {
                Caption caption = captioner.caption(pictures.get(2), options);
                assertThat(read(caption)).as("%s", options).isCloseTo(expected, within(1e-3 * expected));
            }
        }
    }

    @Test
    void othersSayNothing() {
        Path plain = TinyPackage.in(folder);
        try (Captioner captioner = builder().model(plain).build();
                Captioner both =
                        builder().model(calibrated).ensemble(calibrated).build()) {
            assertThat(captioner.caption(pictures.get(0)).confidence()).isEmpty();
            assertThat(captioner.caption(pictures.get(0)).unlikeTraining()).isFalse();
            assertThat(both.caption(pictures.get(0)).confidence()).isEmpty();
        }
    }

    @Test
    void thePackageKeepsIt() throws IOException {
        ModelPackage loaded = ModelPackage.load(calibrated);
        assertThat(loaded.reliability()).isEqualTo(model(1).reliability());
        assertThat(loaded.weights().read("familiarity.scale").toFloatArray()).isEqualTo(SCALE);
        assertThat(loaded.withId("other").reliability()).isEqualTo(loaded.reliability());
        assertThat(loaded.withoutReliability().weights().names())
                .isEqualTo(TinyPackage.model().weights().names());
        assertThat(Files.readString(calibrated.resolve("captioner.json"))).contains("\"reliability\"");
        Path plain = TinyPackage.in(folder);
        assertThat(Files.readString(plain.resolve("captioner.json"))).doesNotContain("reliability");
        assertThat(ModelPackage.load(plain).reliability()).isNull();

        ModelPackage without = loaded.withReliability(model(1).reliability(), Weights.none());
        assertThat(without.weights().names()).contains("familiarity.mean");
        ModelPackage torn = TinyPackage.model().withReliability(model(1).reliability(), Weights.none());
        assertThatThrownBy(() -> torn.save(folder.resolve("torn")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no tensor familiarity.mean (6)");
    }
}
