package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.Backend;
import io.captioner.Batching;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.confidence.Confidence;
import io.captioner.confidence.Familiarity;
import io.captioner.confidence.Reliability;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.search.TagProgram;
import io.captioner.spi.BackendProvider;
import io.captioner.spi.CaptionerSettings;
import io.captioner.tags.Tags;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guidance by the classifier of a package. Each backend extends this. */
public abstract class TagContract {
    private static final GenerationOptions PLAIN =
            GenerationOptions.builder().beamWidth(3).maxLength(5).build();
    private static final GenerationOptions GUIDED =
            PLAIN.toBuilder().tagThreshold(0.5).build();

    @TempDir
    Path folder;

    private final List<ImageInput> pictures = TinyPictures.all();

    protected abstract Backend backend();

    private static final Tags TAGS = new Tags(
            List.of("disc, Circle", "beagle", "box", "poodle, large poodle", "unheard-of"),
            Map.of("box", List.of("blue square", "brick"), "beagle", List.of("café"), "large poodle", List.of("café")));

    /** Of every picture the classifier says this, as logarithms. */
    private static ModelPackage always(double... probabilities) {
        float[] bias = new float[5];
        for (int i = 0; i < 5; i++) {
            bias[i] = (float) Math.log(probabilities[i]);
        }
        return model(new float[30], bias);
    }

    private static ModelPackage model(float[] weight, float[] bias) {
        return TinyPackage.model()
                .withTags(
                        TAGS,
                        Weights.of(Map.of(
                                "classifier.weight", HostTensor.ofFloats(Shape.of(5, 6), weight),
                                "classifier.bias", HostTensor.ofFloats(Shape.of(5), bias))));
    }

    private Captioner captioner(ModelPackage model) {
        Path saved = folder.resolve("tagged");
        model.save(saved);
        return Captioner.builder().backend(backend()).threads(1).model(saved).build();
    }

    @Test
    void theProbabilitiesAreThoseOfTheClassifierOverTheMeanOfThePlaces() {
        float[] weight = new float[30];
        for (int i = 0; i < 30; i++) {
            weight[i] = (i * 7 % 11 - 5) / 3f;
        }
        float[] bias = {0.1f, -0.2f, 0.3f, 0, 0.5f};
        ModelPackage model = model(weight, bias);
        float[][] features = TinyPictures.meanFeatures(backend());
        try (Executable program = Backends.find(backend())
                .compile(
                        new TagProgram(model.architecture().encoder(), model.transform(), 5),
                        model.weights(),
                        Device.cpu(),
                        1)) {
            List<HostTensor> outputs = program.run(List.of(model.transform().apply(pictures)));
            HostTensor probabilities = outputs.get(0);
            assertThat(probabilities.shape()).isEqualTo(Shape.of(5, 5));
            assertThat(outputs.get(1).shape().dim(2)).isEqualTo(6);
            float[] all = probabilities.toFloatArray();
            for (int n = 0; n < 5; n++) {
                double[] e = new double[5];
                double sum = 0;
                for (int c = 0; c < 5; c++) {
                    double logit = bias[c];
                    for (int d = 0; d < 6; d++) {
                        logit += weight[c * 6 + d] * features[n][d];
                    }
                    e[c] = Math.exp(logit);
                    sum += e[c];
                }
                for (int c = 0; c < 5; c++) {
                    assertThat((double) all[n * 5 + c]).isCloseTo(e[c] / sum, Offset.offset(1e-5));
                }
            }
        }
    }

    @Test
    void whatTheClassifierIsSureOfIsSaid() {
        try (Captioner captioner = captioner(always(0.05, 0.05, 0.8, 0.05, 0.05))) {
            for (Caption caption : captioner.captionAll(pictures, GUIDED)) {
                assertThat(caption.text()).contains("blue square");
            }
            Caption alone = captioner.caption(pictures.get(0), GUIDED);
            assertThat(alone.text())
                    .isEqualTo(captioner
                            .caption(
                                    pictures.get(0),
                                    PLAIN.toBuilder().mustSay("blue square").build())
                            .text());
            assertThat(captioner.captionAsync(pictures.get(0), GUIDED).join().text())
                    .isEqualTo(alone.text());
        }
    }

    @Test
    void labelsWithoutWordsAreSaidByTheirOwnNames() {
        try (Captioner captioner = captioner(always(0.8, 0.05, 0.05, 0.05, 0.05))) {
            assertThat(captioner.caption(pictures.get(1), GUIDED).text()).contains("circle");
        }
    }

    @Test
    void classesThatAreSaidAlikeAreSureTogether() {
        try (Captioner captioner = captioner(always(0.3, 0.3, 0.1, 0.25, 0.05))) {
            assertThat(captioner.caption(pictures.get(1), GUIDED).text()).contains("café");
        }
    }

    @Test
    void whatItIsNotSureOfOrTheModelCannotSayChangesNothing() {
        for (ModelPackage model : List.of(always(0.3, 0.1, 0.4, 0.1, 0.1), always(0.02, 0.02, 0.02, 0.02, 0.92))) {
            try (Captioner captioner = captioner(model)) {
                assertThat(captioner.captionAll(pictures, GUIDED))
                        .extracting(Caption::text)
                        .isEqualTo(captioner.captionAll(pictures, PLAIN).stream()
                                .map(Caption::text)
                                .toList());
            }
        }
        try (Captioner captioner = captioner(always(0.05, 0.05, 0.8, 0.05, 0.05))) {
            GenerationOptions forbidden =
                    GUIDED.toBuilder().forbiddenWords("square").build();
            assertThat(captioner.caption(pictures.get(0), forbidden).text())
                    .isEqualTo(captioner
                            .caption(
                                    pictures.get(0),
                                    PLAIN.toBuilder().forbiddenWords("square").build())
                            .text());
            GenerationOptions noRoom =
                    GUIDED.toBuilder().beamWidth(1).maxLength(1).build();
            assertThat(captioner.caption(pictures.get(0), noRoom).words()).hasSizeLessThan(2);
        }
    }

    @Test
    void eachPictureOfABatchIsGuidedByItself() {
        float[][] f = TinyPictures.meanFeatures(backend());
        float[] weight = new float[30];
        float[] bias = {0, -50, 0, -50, -50};
        double middle = 0;
        double distance = 0;
        for (int d = 0; d < 6; d++) {
            distance += Math.pow(f[0][d] - f[4][d], 2);
            middle += (f[0][d] - f[4][d]) * (f[0][d] + f[4][d]) / 2;
        }
        assertThat(distance).isPositive();
        float steep = (float) (20 / distance);
        for (int d = 0; d < 6; d++) {
            weight[d] = steep * (f[0][d] - f[4][d]);
        }
        bias[0] = (float) (-steep * middle);
        try (Captioner captioner = captioner(model(weight, bias))) {
            List<Caption> together = captioner.captionAll(pictures, GUIDED);
            assertThat(together).hasSize(5);
            assertThat(together.get(0).text()).contains("circle");
            assertThat(together.get(4).text()).contains("blue square");
            for (int i = 0; i < 5; i++) {
                assertThat(captioner.caption(pictures.get(i), GUIDED).text())
                        .isEqualTo(together.get(i).text());
            }
            assertThat(captioner.captionAll(List.of(pictures.get(4), pictures.get(0), pictures.get(4)), GUIDED))
                    .extracting(Caption::text)
                    .containsExactly(
                            together.get(4).text(),
                            together.get(0).text(),
                            together.get(4).text());
        }
    }

    @Test
    void aPictureIsEncodedOnce() {
        CountingBackend backend = new CountingBackend(Backends.find(backend()), Integer.MAX_VALUE);
        try (Captioner captioner = open(backend, own -> GUIDED)) {
            assertThat(captioner.captionAll(pictures))
                    .allMatch(caption -> caption.text().contains("blue square"));
            assertThat(backend.encoded.get()).isEqualTo(5);
            assertThat(captioner.captionAsync(pictures.get(0)).join().text()).contains("blue square");
            assertThat(backend.encoded.get()).isEqualTo(6);
            captioner.captionAll(pictures, PLAIN);
            assertThat(backend.encoded.get()).isEqualTo(11);
        }
        assertThat(backend.open.get()).isZero();
    }

    @Test
    void nothingStaysOpenOfACaptionerThatCannotBeBuilt() {
        CountingBackend onlyOne = new CountingBackend(Backends.find(backend()), 1);
        assertThatThrownBy(() -> open(onlyOne, own -> GUIDED)).hasMessage("no room for another program");
        assertThat(onlyOne.open.get()).isZero();
    }

    @Test
    void optionsInTermsOfThePackagesOwnCompileNoSearchButTheirs() {
        CountingBackend backend = new CountingBackend(Backends.find(backend()), Integer.MAX_VALUE);
        try (Captioner captioner =
                open(backend, own -> own.toBuilder().tagThreshold(0.5).build())) {
            GenerationOptions own = TinyPackage.model().generation();
            assertThat(own.guidance().on()).isFalse();
            assertThat(captioner.options())
                    .isEqualTo(own.toBuilder().tagThreshold(0.5).build());
            assertThat(backend.open.get())
                    .as("the classifier and the search from features")
                    .isEqualTo(2);
        }
    }

    @Test
    void theLastWordAboutTheOptionsCounts() {
        always(0.2, 0.2, 0.2, 0.2, 0.2).withGeneration(PLAIN).save(folder.resolve("three"));
        Captioner.Builder builder = Captioner.builder()
                .backend(backend())
                .threads(1)
                .model(folder.resolve("three"))
                .generation(GUIDED)
                .generation(own -> own.toBuilder().alternatives(1).build());
        try (Captioner captioner = builder.build()) {
            assertThat(captioner.options())
                    .isEqualTo(PLAIN.toBuilder().alternatives(1).build());
        }
        try (Captioner captioner = builder.generation(GUIDED).build()) {
            assertThat(captioner.options()).isEqualTo(GUIDED);
        }
        builder.generation(own -> own.toBuilder().alternatives(3).build());
        assertThatThrownBy(builder::build)
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("number of alternatives is 3");
    }

    private Captioner open(BackendProvider provider, UnaryOperator<GenerationOptions> generation) {
        EnsemblePackage models = EnsemblePackage.of(always(0.05, 0.05, 0.8, 0.05, 0.05), List.of());
        return DefaultCaptioner.open(
                models,
                provider,
                new CaptionerSettings(backend(), null, List.of(), Device.cpu(), 1, generation, Batching.upTo(4)));
    }

    @Test
    void aCalibratedModelJudgesGuidedCaptionsAsItsOwn() {
        Reliability reliability =
                new Reliability(new Confidence(0.5, 0.1, 0.2, 0.3, 0.01, 1e-3, 0.02, 0.8), new Familiarity(2));
        ModelPackage model =
                always(0.05, 0.05, 0.8, 0.05, 0.05).withReliability(reliability, ReliabilityContract.familiarity());
        try (Captioner captioner = captioner(model)) {
            List<Caption> guided = captioner.captionAll(pictures, GUIDED);
            List<Caption> told = captioner.captionAll(
                    pictures, PLAIN.toBuilder().mustSay("blue square").build());
            for (int i = 0; i < 5; i++) {
                assertThat(guided.get(i).text()).isEqualTo(told.get(i).text());
                assertThat(guided.get(i).unlikeTraining()).isEqualTo(told.get(i).unlikeTraining());
                assertThat(guided.get(i).confidence().getAsDouble())
                        .isCloseTo(told.get(i).confidence().getAsDouble(), Offset.offset(1e-5));
            }
        }
    }

    @Test
    void theCallersWordsWin() {
        try (Captioner captioner = captioner(always(0.05, 0.05, 0.8, 0.05, 0.05))) {
            GenerationOptions own =
                    GUIDED.toBuilder().tagWords(Map.of("box", List.of("above"))).build();
            assertThat(captioner.caption(pictures.get(2), own).text()).contains("above");
            GenerationOptions never =
                    GUIDED.toBuilder().tagWords(Map.of("box", List.of())).build();
            assertThat(captioner.caption(pictures.get(2), never).text())
                    .isEqualTo(captioner.caption(pictures.get(2), PLAIN).text());
            GenerationOptions typo = GUIDED.toBuilder()
                    .tagWords(Map.of("boks", List.of("above")))
                    .build();
            assertThatThrownBy(() -> captioner.caption(pictures.get(2), typo))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("the tag \"boks\", which is neither a label");
        }
    }

    @Test
    void withoutTagsThereIsNoGuidance() {
        Path plain = TinyPackage.in(folder);
        Path tagged = folder.resolve("tagged");
        try (Captioner captioner =
                Captioner.builder().backend(backend()).threads(1).model(plain).build()) {
            assertThatThrownBy(() -> captioner.captionAll(pictures, GUIDED))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("the package tiny-1 has no tags; add them with captioner tag");
            assertThatThrownBy(() ->
                            captioner.captionAsync(pictures.get(0), GUIDED).join())
                    .hasCauseInstanceOf(OptionException.class);
        }
        always(0.2, 0.2, 0.2, 0.2, 0.2).save(tagged);
        try (Captioner both = Captioner.builder()
                .backend(backend())
                .threads(1)
                .model(tagged)
                .ensemble(tagged)
                .build()) {
            assertThat(both.caption(pictures.get(0), PLAIN).text()).isNotEmpty();
            assertThatThrownBy(() -> both.caption(pictures.get(0), GUIDED))
                    .isInstanceOf(OptionException.class)
                    .hasMessageContaining("an ensemble has none");
        }
    }

    @Test
    void thePackageKeepsThem() throws IOException {
        ModelPackage model = always(0.05, 0.05, 0.8, 0.05, 0.05).withGeneration(GUIDED);
        try (Captioner captioner = captioner(model)) {
            assertThat(captioner.options()).isEqualTo(GUIDED);
            assertThat(captioner.caption(pictures.get(3)).text()).contains("blue square");
        }
        ModelPackage loaded = ModelPackage.load(folder.resolve("tagged"));
        assertThat(loaded.tags()).isEqualTo(TAGS);
        assertThat(loaded.withId("other").tags()).isEqualTo(TAGS);
        assertThat(loaded.withoutReliability().tags()).isEqualTo(TAGS);
        assertThat(loaded.withWeights(loaded.weights()).tags()).isNull();
        assertThat(loaded.withoutTags().tags()).isNull();
        assertThat(loaded.withoutTags().weights().names())
                .isEqualTo(TinyPackage.model().weights().names());
        assertThat(loaded.weights().shape("classifier.weight")).isEqualTo(Shape.of(5, 6));
        assertThat(Files.readString(TinyPackage.in(folder).resolve("captioner.json")))
                .doesNotContain("\"tags\"");

        ModelPackage torn = TinyPackage.model().withTags(TAGS, Weights.none());
        assertThatThrownBy(() -> torn.save(folder.resolve("torn")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("there is no tensor classifier.weight (5, 6)");
    }
}
