package io.captioner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.SharedFiles;
import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.pack.ModelPackage;
import io.captioner.pack.PyTorchCaptioner;
import io.captioner.runtime.Backends;
import io.captioner.runtime.DefaultCaptionerFactory;
import io.captioner.runtime.EncodedPhotos;
import io.captioner.search.Hypothesis;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DJL and ONNX Runtime say the same of photos that neither has seen, with the bundled model or, where there is none, an imported one. */
class BackendParityTest {
    @TempDir
    Path folder;

    @Test
    void bothBackendsWriteTheSameWordsOfTwoHundredPhotosGreedyAndWithBeamThree() {
        List<Path> photos = photos(200);
        ModelPackage model = model();
        try (EncodedPhotos onnx = EncodedPhotos.of(Backends.find(Backend.ONNX), model, photos, 0);
                EncodedPhotos djl = EncodedPhotos.of(Backends.find(Backend.DJL), model, photos, 1)) {
            compare(photos, onnx.search(GenerationOptions.greedy()), djl.search(GenerationOptions.greedy()));
            compare(photos, onnx.search(GenerationOptions.beam(3)), djl.search(GenerationOptions.beam(3)));
        }
    }

    private static void compare(List<Path> photos, List<Hypothesis> onnx, List<Hypothesis> djl) {
        for (int i = 0; i < photos.size(); i++) {
            List<Hypothesis.Token> expected = onnx.get(i).tokens();
            List<Hypothesis.Token> actual = djl.get(i).tokens();
            assertThat(actual.stream().map(Hypothesis.Token::id))
                    .as("words of %s", photos.get(i))
                    .containsExactlyElementsOf(
                            expected.stream().map(Hypothesis.Token::id).toList());
            for (int t = 0; t < expected.size(); t++) {
                assertThat(actual.get(t).logProbability())
                        .as("log-probability of word %d of %s", t, photos.get(i))
                        .isCloseTo(expected.get(t).logProbability(), within(1e-3));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"onnx, 1e-5", "djl, 1e-4"})
    void aCaptionDoesNotDependOnItsBatchNeighbours(String backend, double tolerance) {
        List<ImageInput> photos = photos(8).stream().map(ImageInput::of).toList();
        model().save(folder.resolve("model"));
        try (Captioner captioner = Captioner.builder()
                .backend(Backend.of(backend))
                .model(folder.resolve("model"))
                .threads(1)
                .generation(GenerationOptions.beam(3))
                .build()) {
            List<Caption> together = captioner.captionAll(photos);
            for (int i = 0; i < photos.size(); i++) {
                Caption alone = captioner.caption(photos.get(i));
                assertThat(together.get(i).text()).isEqualTo(alone.text());
                for (int t = 0; t < alone.words().size(); t++) {
                    assertThat(together.get(i).words().get(t).logProbability())
                            .isCloseTo(alone.words().get(t).logProbability(), within(tolerance));
                }
            }
        }
    }

    /** Tags, words that must be said beside them, and a calibrated confidence, in one call: a photo unlike any that the model was trained on. */
    @Test
    void bothBackendsSayTheSameOfAHotDogWhatItsTagsAskForAndHowSureTheyAre() {
        BundledModel.assume();
        ImageInput photo = ImageInput.of(SharedFiles.beside("data/encoders/hot_dog.jpg"));
        GenerationOptions guided =
                GenerationOptions.builder().beamWidth(5).tagThreshold(0.5).build();
        List<GenerationOptions> all = List.of(
                guided,
                guided.toBuilder()
                        .tagWords(Map.of("hotdog", List.of("hot dog")))
                        .build(),
                guided.toBuilder().mustSay("table").build());
        List<Caption> onnx = captions(Backend.ONNX, photo, all);
        List<Caption> djl = captions(Backend.DJL, photo, all);
        assertThat(onnx.get(0).text()).containsAnyOf("food", "hot dog");
        assertThat(onnx.get(1).text()).contains("hot dog");
        assertThat(onnx.get(2).text()).contains("table").containsAnyOf("food", "hot dog");
        for (int i = 0; i < all.size(); i++) {
            assertThat(djl.get(i).text()).isEqualTo(onnx.get(i).text());
            assertThat(djl.get(i).unlikeTraining()).isEqualTo(onnx.get(i).unlikeTraining());
            assertThat(djl.get(i).confidence().orElseThrow())
                    .isBetween(0.0, 0.5)
                    .isCloseTo(onnx.get(i).confidence().orElseThrow(), within(1e-3));
        }
    }

    private static List<Caption> captions(Backend backend, ImageInput photo, List<GenerationOptions> all) {
        ModelPackage model = DefaultCaptionerFactory.model(null);
        assumeTrue(
                model.tags() != null && model.reliability() != null,
                () -> "the default model " + model.id() + " has no tags or is not calibrated");
        try (Captioner captioner =
                Captioner.builder().backend(backend).threads(1).build()) {
            return all.stream()
                    .map(options -> captioner.caption(photo, options))
                    .toList();
        }
    }

    private static List<Path> photos(int count) {
        CaptionDataset dataset = CaptionDataset.karpathy(
                SharedFiles.beside("data/flickr8k/dataset_flickr8k.json"), SharedFiles.beside("data/flickr8k/images"));
        return dataset.split(Split.VAL).stream()
                .limit(count)
                .map(CaptionDataset.Example::image)
                .toList();
    }

    private static ModelPackage model() {
        return BundledModel.present()
                ? DefaultCaptionerFactory.model(null)
                : PyTorchCaptioner.read(SharedFiles.beside("peers/model"), "pytorch-peer");
    }
}
