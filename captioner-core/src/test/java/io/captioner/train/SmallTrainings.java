package io.captioner.train;

import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Shape;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Trainers of a model so small that a training takes seconds, on squares drawn into a temporary folder. */
abstract class SmallTrainings {
    static final int PATCH = 4;
    static final int FEATURES = 8;

    @TempDir
    Path folder;

    CaptionDataset dataset;

    @BeforeEach
    void draw() throws IOException {
        Path json = Squares.draw(folder.resolve("pictures"), 64);
        dataset = CaptionDataset.karpathy(json, json.getParent());
    }

    Setting trainer(String name) {
        CaptionerArchitecture architecture = new CaptionerArchitecture(
                new TinyEncoder(PATCH, FEATURES),
                AttentionLstm.builder()
                        .embeddingSize(12)
                        .hiddenSize(16)
                        .attention(AdditiveAttention.relu(8))
                        .dropout(0.2)
                        .build());
        return new Setting(Trainer.builder()
                .architecture(architecture)
                .transform(ImageTransform.squash(16))
                .dataset(dataset)
                .minCount(1)
                .weights(encoder().prefixed("encoder."))
                .batchImages(4)
                .epochs(3)
                .learningRate(0.01)
                .schedule(Schedule.cosine(0.1).withWarmup(5))
                .averageWeights(0.9)
                .flips(true)
                .checkpointEvery(5)
                .threads(1)
                .output(folder.resolve(name)));
    }

    record Setting(Trainer.Builder builder) {
        Setting encoderLearned(boolean learned) {
            return new Setting(learned ? builder.trainEncoder().crops(0.5) : builder.freezeEncoder());
        }
    }

    /** Drawn at random, with a classifier that no captioner wants. */
    static Weights encoder() {
        Random random = new Random(3);
        Shape patches = Shape.of(FEATURES, 3, PATCH, PATCH);
        Shape places = Shape.of(FEATURES, FEATURES, 1, 1);
        return Weights.of(Map.of(
                "patches.weight",
                HostTensor.ofFloats(patches, Initializer.uniform(0.3f).values(patches, random)),
                "places.weight",
                HostTensor.ofFloats(places, Initializer.uniform(0.5f).values(places, random)),
                "classifier.weight",
                HostTensor.ofFloats(Shape.of(1), 1)));
    }
}
