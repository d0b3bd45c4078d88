package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.metrics.CaptionMetrics;
import io.captioner.metrics.Scores;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.text.Vocabulary;
import io.captioner.weights.ActivationRanges;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A whole training on drawn pictures, from data set to package, on the backend that is installed; a backend's tests extend this. */
@Timeout(300)
public abstract class TrainerContract extends SmallTrainings {
    @Test
    void trainsADecoderOnAFrozenEncoderAndSavesAPackage() {
        TrainingResult result = trainer("frozen")
                .encoderLearned(false)
                .builder()
                .epochs(6)
                .build()
                .train();
        List<EpochMetrics> history = result.history();
        assertThat(history.get(5).loss()).isLessThan(0.7 * history.get(0).loss());
        assertThat(history.get(5).devLoss()).isLessThan(history.get(0).devLoss());
        ModelPackage model = ModelPackage.load(result.model());
        assertThat(model.id()).isEqualTo("frozen");
        assertThat(model.weights().names()).contains("encoder.patches.weight", "decoder.fc.weight");
        assertThat(model.weights().names()).doesNotContain("encoder.classifier.weight");
        assertThat(model.weights().read("encoder.patches.weight").toFloatArray())
                .isEqualTo(encoder().read("patches.weight").toFloatArray());
        assertThat(model.provenance().datasetHash()).isEqualTo(dataset.hash());
        assertThat(model.provenance().recipe()).containsEntry("epochs", "6").containsEntry("encoder", "frozen");
        assertThat(model.provenance().metrics())
                .containsEntry("val.crossEntropy", result.best().devLoss());
        assertThat(folder.resolve("frozen.training/metrics.csv")).isNotEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void choosesTheEpochWhoseCaptionsScoreBest(boolean trainEncoder) throws IOException {
        GenerationOptions search = GenerationOptions.builder()
                .maxLength(8)
                .beamWidth(3)
                .lengthPenalty(0.7)
                .build();
        TrainingResult result = trainer("scored")
                .encoderLearned(trainEncoder)
                .builder()
                .epochs(4)
                .generation(search)
                .chooseBy(DevMeasure.CIDER_D)
                .build()
                .train();
        List<EpochMetrics> history = result.history();
        EpochMetrics best = result.best();
        assertThat(history).allSatisfy(epoch -> assertThat(epoch.devCiderD()).isLessThanOrEqualTo(best.devCiderD()));
        assertThat(history.subList(0, best.epoch() - 1))
                .allSatisfy(epoch -> assertThat(epoch.devCiderD()).isLessThan(best.devCiderD()));

        // the package says of the dev pictures what the trainer scored
        ModelPackage model = ModelPackage.load(result.model());
        List<CaptionDataset.Example> dev = dataset.split(CaptionDataset.Split.VAL);
        Map<String, String> captions = new LinkedHashMap<>();
        try (Captioner captioner = Captioner.builder().model(result.model()).build()) {
            dev.forEach(example -> captions.put(
                    example.id(),
                    captioner.caption(ImageInput.of(example.image())).text()));
        }
        Map<String, List<String>> references = new LinkedHashMap<>();
        dev.forEach(example -> references.put(
                example.id(),
                example.captions().stream().map(CaptionDataset.Sentence::raw).toList()));
        Scores scores = CaptionMetrics.score(references, captions);
        assertThat(scores.ciderD()).isEqualTo(best.devCiderD());
        assertThat(scores.bleu4()).isEqualTo(best.devBleu4());
        assertThat(model.provenance().metrics()).containsEntry("val.ciderD", best.devCiderD());

        assertThat(best.samples()).hasSize(Math.min(12, dev.size()));
        for (EpochMetrics.Sample sample : best.samples()) {
            CaptionDataset.Example example = dev.stream()
                    .filter(one -> one.image().toString().equals(sample.image()))
                    .findFirst()
                    .orElseThrow();
            assertThat(sample.text()).isEqualTo(captions.get(example.id()));
            assertThat(sample.references()).isEqualTo(references.get(example.id()));
        }
        List<String> lines = Files.readAllLines(folder.resolve("scored.training/captions.jsonl"));
        assertThat(lines).hasSize(4);
        JsonObject third = JsonParser.parseString(lines.get(2)).getAsJsonObject();
        assertThat(third.get("epoch").getAsInt()).isEqualTo(3);
        assertThat(third.getAsJsonArray("captions")).hasSize(best.samples().size());
        assertThat(third.getAsJsonArray("captions")
                        .get(0)
                        .getAsJsonObject()
                        .get("text")
                        .getAsString())
                .isEqualTo(history.get(2).samples().get(0).text());
        assertThat(Files.readAllLines(folder.resolve("scored.training/metrics.csv"))
                        .get(1))
                .contains(String.format(
                        Locale.ROOT,
                        ",%.6f,%.6f,",
                        history.get(0).devCiderD(),
                        history.get(0).devBleu4()));
    }

    @Test
    void refusesToChooseByCaptionsThatAreNotWritten() {
        assertThatThrownBy(() -> trainer("none")
                        .builder()
                        .chooseBy(DevMeasure.CIDER_D)
                        .devCaptions(0)
                        .build()
                        .train())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("CIDEr-D needs two captioned dev pictures");
    }

    @Test
    void cropsNeedPixels() {
        assertThatThrownBy(() -> trainer("none").builder().crops(0.5).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("crops need pixels, but the encoder is frozen")
                .hasMessageContaining("trainEncoder()");
        assertThatThrownBy(() ->
                        trainer("none").builder().fineTuneEncoder(1).crops(0.5).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("the encoder is fine-tuned from stage 1");
        assertThat(trainer("none").builder().fineTuneEncoder(0).crops(0.5).build())
                .isNotNull();
    }

    @Test
    void trainsTheEncoderFromAStageOn() {
        TrainingResult result = trainer("tuned")
                .builder()
                .fineTuneEncoder(1)
                .encoderLearningRate(0.01)
                .epochs(2)
                .build()
                .train();
        ModelPackage model = ModelPackage.load(result.model());
        assertThat(model.weights().read("encoder.patches.weight").toFloatArray())
                .isEqualTo(encoder().read("patches.weight").toFloatArray());
        assertThat(model.weights().read("encoder.places.weight").toFloatArray())
                .isNotEqualTo(encoder().read("places.weight").toFloatArray());
    }

    @Test
    void fineTunesAFinishedModelFromStoredActivations() {
        TrainingResult first = trainer("first").builder().epochs(4).build().train();
        ModelPackage loaded = ModelPackage.load(first.model());
        HostTensor range = HostTensor.ofFloats(Shape.of(2), 0, 6); // of the old weights
        ModelPackage start = loaded.withWeights(
                Weights.of(loaded.weights()).plus(Weights.of(Map.of(ActivationRanges.PREFIX + "x", range))));
        TrainingResult second = Trainer.builder()
                .startFrom(start)
                .dataset(dataset)
                .fineTuneEncoder(1)
                .batchImages(4)
                .learningRate(0.003)
                .encoderLearningRate(0.003)
                .epochs(3)
                .flips(true)
                .threads(1)
                .output(folder.resolve("second"))
                .build()
                .train();
        assertThat(second.best().devLoss()).isLessThan(first.best().devLoss());
        assertThat(second.history().get(0).crossEntropy())
                .isLessThan(0.8 * first.history().get(0).crossEntropy());
        ModelPackage tuned = ModelPackage.load(second.model());
        assertThat(ActivationRanges.areIn(tuned.weights())).isFalse();
        assertThat(tuned.architecture()).isEqualTo(start.architecture());
        assertThat(tuned.vocabulary().size()).isEqualTo(start.vocabulary().size());
        assertThat(tuned.provenance().recipe()).containsEntry("encoder", "fine-tuned from stage 1");
        assertThat(tuned.weights().read("encoder.patches.weight").toFloatArray())
                .isEqualTo(start.weights().read("encoder.patches.weight").toFloatArray());
        assertThat(tuned.weights().read("encoder.places.weight").toFloatArray())
                .isNotEqualTo(start.weights().read("encoder.places.weight").toFloatArray());
        // (train + mirrored train + dev) pictures, 8 channels of 4 x 4 places, 2 bytes
        assertThat(storedBytes("second")).isEqualTo((48 + 48 + 16) * FEATURES * 4 * 4 * 2);
    }

    @Test
    void refusesWhatContradictsTheModelItStartsFrom() {
        ModelPackage start = ModelPackage.load(
                trainer("start").builder().epochs(1).build().train().model());
        Map<String, Trainer.Builder> bad = Map.of(
                "weights(...) are set beside the model start",
                trainer("x").builder().startFrom(start),
                "transform(...) is",
                Trainer.builder().startFrom(start).transform(ImageTransform.squash(20)),
                "architecture(...) is",
                Trainer.builder()
                        .startFrom(start)
                        .architecture(new CaptionerArchitecture(
                                new TinyEncoder(PATCH, FEATURES),
                                AttentionLstm.builder().build())),
                "vocabulary(...) has 5 words and is not that of the model start",
                Trainer.builder()
                        .startFrom(start)
                        .vocabulary(Vocabulary.of(List.of("<pad>", "<start>", "<end>", "<unk>", "a"))),
                "wordVectors(...) are set",
                Trainer.builder().startFrom(start).wordVectors(folder.resolve("vectors.txt")));
        bad.forEach((message, builder) -> assertThatThrownBy(() ->
                        builder.dataset(dataset).output(folder.resolve("y")).build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining(message));
    }

    private long storedBytes(String name) {
        try (Stream<Path> files = Files.walk(folder.resolve(name + ".training/features"))) {
            return files.filter(file -> file.toString().endsWith(".f16"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void startsFromWordVectorsAndMayLeaveThemAsTheyAre() throws IOException {
        StringBuilder line = new StringBuilder("square");
        for (int i = 0; i < 12; i++) {
            line.append(" 0.").append(i + 10);
        }
        Path vectors = Files.writeString(folder.resolve("vectors.txt"), line + "\n");
        TrainingResult result = trainer("words")
                .builder()
                .wordVectors(vectors)
                .freeze("decoder.embedding.")
                .epochs(1)
                .build()
                .train();
        ModelPackage model = ModelPackage.load(result.model());
        int id = model.vocabulary().id("square");
        float[] table = model.weights().read("decoder.embedding.weight").toFloatArray();
        assertThat(table[id * 12]).isEqualTo(0.10f);
        assertThat(table[id * 12 + 11]).isEqualTo(0.21f);
    }
}
