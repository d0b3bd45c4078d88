package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.data.CaptionDataset;
import io.captioner.model.AttentionLstm;
import io.captioner.model.AttentionRnn;
import io.captioner.model.Cell;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.MultiHeadAttention;
import io.captioner.model.PlainRnn;
import io.captioner.model.ScaledDotAttention;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.DecoderArchitecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainConfigTest {
    @TempDir
    Path folder;

    @Test
    void theDefaultIsAnAttentionLstmOnLite2() {
        ModelKeys model = TrainConfig.defaults().model;
        assertThat(model.architecture.encoder()).isEqualTo(new EfficientNetLite(2, 0, 0));
        assertThat(model.architecture.decoder()).isInstanceOf(AttentionLstm.class);
        assertThat(model.transform.width()).isEqualTo(260);
        assertThat(TrainConfig.defaults().phases).hasSize(1);
    }

    @Test
    void fewPhotosHaveDefaultsOfTheirOwnWhereTheRecipeDoesNotSay() throws IOException {
        CaptionDataset few = photos(200);
        assertThat(FewPhotos.defaults(few, null))
                .isEqualTo(Map.of("epochs", 40, "warmupSteps", 52, "earlyStopping", 0, "minCount", 2));
        assertThat(FewPhotos.defaults(photos(1000), null))
                .containsEntry("epochs", 10)
                .containsEntry("warmupSteps", 63);
        assertThat(FewPhotos.defaults(few, 3)).containsEntry("epochs", 3).containsEntry("warmupSteps", 3);
        assertThat(FewPhotos.defaults(photos(1600), null)).isEmpty();

        Path file =
                Files.writeString(folder.resolve("few.json"), "{\"minCount\": 3, \"phases\": [{}, {\"epochs\": 2}]}");
        TrainConfig recipe = TrainConfig.read(file).withDefaults(FewPhotos.defaults(few, null));
        assertThat(recipe.model.minCount).isEqualTo(3);
        assertThat(recipe.phases).extracting(phase -> phase.epochs).containsExactly(40, 2);
        assertThat(TrainConfig.defaults().phases.get(0).epochs).isEqualTo(6);
    }

    private static CaptionDataset photos(int count) {
        return CaptionDataset.of(
                "few",
                IntStream.range(0, count)
                        .mapToObj(i -> new CaptionDataset.Example(
                                "photo" + i,
                                Path.of("photo.jpg"),
                                List.of(new CaptionDataset.Sentence("a dog", List.of("a", "dog"))),
                                CaptionDataset.Split.TRAIN))
                        .toList());
    }

    @Test
    void namesMakeEveryDecoder() throws IOException {
        assertThat(decoder("\"decoder\": \"attention_gru\", \"attention\": \"dot\", \"layers\": 2"))
                .isInstanceOfSatisfying(AttentionRnn.class, rnn -> {
                    assertThat(rnn.cell()).isEqualTo(Cell.GRU);
                    assertThat(rnn.layers()).isEqualTo(2);
                    assertThat(rnn.attention()).isEqualTo(new ScaledDotAttention(256));
                });
        assertThat(decoder("\"attention\": \"multi_head\", \"heads\": 4"))
                .isInstanceOfSatisfying(
                        AttentionLstm.class,
                        lstm -> assertThat(lstm.attention()).isEqualTo(new MultiHeadAttention(256, 4)));
        assertThat(decoder("\"decoder\": \"lstm\", \"picture\": \"initial_hidden\""))
                .isInstanceOfSatisfying(
                        PlainRnn.class, rnn -> assertThat(rnn.picture()).isEqualTo(PlainRnn.Picture.INITIAL_HIDDEN));
        assertThat(decoder("\"decoder\": \"rnn_relu\""))
                .isInstanceOfSatisfying(
                        PlainRnn.class, rnn -> assertThat(rnn.cell()).isEqualTo(Cell.RNN_RELU));
        assertThat(decoder("\"decoder\": \"transformer\", \"hiddenSize\": 256, \"heads\": 4, \"norm\": \"post\", "
                        + "\"activation\": \"relu\", \"positions\": \"sinusoid\", \"layers\": 2"))
                .isEqualTo(new TransformerDecoder(
                        256,
                        4,
                        2048,
                        2,
                        TransformerDecoder.Norm.POST,
                        TransformerDecoder.Activation.RELU,
                        TransformerDecoder.Positions.SINUSOID,
                        64,
                        0.1,
                        true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"efficientnet_lite4", "mobilenet_v2", "resnet34", "resnet152", "vit_b_16", "vit_b_32"})
    void namesMakeEveryEncoder(String name) throws IOException {
        ModelKeys model = read("\"encoder\": \"" + name + "\"").model;
        assertThat(model.architecture
                        .encoder()
                        .grid(model.transform.height(), model.transform.width())
                        .places())
                .isPositive();
        assertThat(model.architecture.encoder() instanceof VisionTransformer).isEqualTo(name.startsWith("vit"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"optimizer\": \"adam\", \"amsgrad\": true, \"beta2\": 0.98",
                "\"optimizer\": \"sgd\", \"nesterov\": true",
                "\"optimizer\": \"rmsprop\", \"alpha\": 0.9, \"momentum\": 0.5",
                "\"schedule\": \"step\", \"scheduleEpochs\": 2, \"scheduleFactor\": 0.1",
                "\"schedule\": \"linear\"",
                "\"schedule\": \"exponential\"",
                "\"schedule\": \"plateau\", \"schedulePatience\": 2",
                "\"schedule\": \"inverse_square_root\", \"warmupSteps\": 50",
                "\"chooseBy\": \"devCiderD\", \"beamWidth\": 5, \"lengthPenalty\": 0.7, \"devCaptions\": 200",
                "\"accumulation\": 4, \"scheduledSampling\": 0.25, \"scheduledSamplingCurve\": \"exponential\"",
                "\"selfCritical\": {\"samples\": 3, \"baseline\": \"greedy\"}, \"learningRate\": 2e-5",
                "\"freeze\": [\"decoder.embedding.\"], \"weightAverage\": 0.999",
                "\"phases\": [{}, {\"trainEncoder\": \"last:2\", \"encoderLearningRate\": 1e-5}]"
            })
    void readsEverySettingOfTraining(String keys) throws IOException {
        TrainConfig config = read(keys);
        assertThat(config.phases).isNotEmpty();
        config.phases.forEach(phase -> assertThat(config.trainer(phase, null)).isNotNull());
    }

    private DecoderArchitecture decoder(String keys) throws IOException {
        return read(keys).model.architecture.decoder();
    }

    private TrainConfig read(String keys) throws IOException {
        return TrainConfig.read(Files.writeString(folder.resolve("recipe.json"), "{" + keys + "}"));
    }
}
