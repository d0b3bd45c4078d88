package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class TrainerTest {
    @Test
    void refusesABadValueAtOnceAndNamesIt() {
        Map<String, Consumer<Trainer.Builder>> bad = Map.ofEntries(
                Map.entry("number of epochs is 0", builder -> builder.epochs(0)),
                Map.entry("pictures of a batch is 0", builder -> builder.batchImages(0)),
                Map.entry(
                        "captions of a picture is 65; it must be between 1 and 64",
                        builder -> builder.captionsPerImage(65)),
                Map.entry("learning rate is NaN", builder -> builder.learningRate(Double.NaN)),
                Map.entry("learning rate of the encoder is -1.0", builder -> builder.encoderLearningRate(-1)),
                Map.entry("label smoothing is 1.0", builder -> builder.labelSmoothing(1)),
                Map.entry("doubly stochastic term is -1.0", builder -> builder.doublyStochastic(-1)),
                Map.entry("words of a caption is 0", builder -> builder.maxLength(0)),
                Map.entry("minimum count of a word is 0; it must be at least 1", builder -> builder.minCount(0)),
                Map.entry("patience is -1", builder -> builder.earlyStopping(-1)),
                Map.entry("steps between checkpoints is -1", builder -> builder.checkpointEvery(-1)),
                Map.entry("first stage to be fine-tuned is -1", builder -> builder.fineTuneEncoder(-1)),
                Map.entry("share of a crop is 0.0", builder -> builder.crops(0)),
                Map.entry("share of a crop is 1.5", builder -> builder.crops(1.5)),
                Map.entry("threads is -1", builder -> builder.threads(-1)),
                Map.entry("model id: 'a b'", builder -> builder.modelId("a b")));
        bad.forEach((message, change) -> assertThatThrownBy(() -> change.accept(Trainer.builder()))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining(message));
    }

    @Test
    void namesWhatIsMissing() {
        assertThatThrownBy(() -> Trainer.builder().build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("architecture is missing");
        CaptionerArchitecture parts = new CaptionerArchitecture(
                new TinyEncoder(4, 8), AttentionLstm.builder().build());
        assertThatThrownBy(() -> Trainer.builder()
                        .architecture(parts)
                        .transform(ImageTransform.squash(8))
                        .build())
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("output is missing");
    }

    @Test
    void takesNoMoreCaptionsOfAPictureThanThereAreAndAllOfThemForARewardedOne() {
        assertThat(captionsPerImage(Trainer.builder().captionsPerImage(3), 5)).isEqualTo(3);
        assertThat(captionsPerImage(Trainer.builder().captionsPerImage(3), 2)).isEqualTo(2);
        Trainer.Builder rewarded = Trainer.builder().captionsPerImage(3).selfCritical(SelfCritical.greedyBaseline());
        assertThat(captionsPerImage(rewarded, 5)).isEqualTo(5);
    }

    private static int captionsPerImage(Trainer.Builder trainer, int mostCaptions) {
        return trainer.recipe(AttentionLstm.builder().build(), EncoderTraining.FROZEN, List.of(), mostCaptions)
                .captionsPerImage();
    }
}
