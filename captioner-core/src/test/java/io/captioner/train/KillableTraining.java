package io.captioner.train;

import io.captioner.GenerationOptions;
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

/** A small training as a process of its own, which tells on standard output where it is and goes on from where it was stopped. */
public final class KillableTraining {
    static final int EPOCHS = 3;
    private static final int FEATURES = 8;

    private KillableTraining() {}

    /** Draws the data set. */
    public static Path draw(Path folder) throws IOException {
        return Squares.draw(folder, 64);
    }

    /** @param arguments the data set's file, and the folder of the model */
    public static void main(String[] arguments) {
        Path json = Path.of(arguments[0]);
        Random random = new Random(3);
        Shape patches = Shape.of(FEATURES, 3, 4, 4);
        Shape places = Shape.of(FEATURES, FEATURES, 1, 1);
        Trainer.builder()
                .architecture(new CaptionerArchitecture(
                        new TinyEncoder(4, FEATURES),
                        AttentionLstm.builder()
                                .embeddingSize(12)
                                .hiddenSize(16)
                                .attention(AdditiveAttention.relu(8))
                                .dropout(0.2)
                                .build()))
                .transform(ImageTransform.squash(16))
                .dataset(CaptionDataset.karpathy(json, json.getParent()))
                .minCount(1)
                .weights(Weights.of(Map.of(
                        "encoder.patches.weight",
                        HostTensor.ofFloats(patches, Initializer.uniform(0.3f).values(patches, random)),
                        "encoder.places.weight",
                        HostTensor.ofFloats(places, Initializer.uniform(0.5f).values(places, random)))))
                .batchImages(4)
                .epochs(EPOCHS)
                .learningRate(0.01)
                .schedule(Schedule.cosine(0.1).withWarmup(5))
                .averageWeights(0.9)
                .chooseBy(DevMeasure.CIDER_D)
                .generation(GenerationOptions.builder().maxLength(8).build())
                .flips(true)
                .checkpointEvery(5)
                .threads(1)
                .output(Path.of(arguments[1]))
                .resume(true)
                .listener(new Teller())
                .build()
                .train();
    }

    private static final class Teller implements TrainingListener {
        private int epoch;

        @Override
        public void onFeatures(int done, int total) {
            System.out.println("features " + done);
        }

        @Override
        public void onStep(StepMetrics step) {
            System.out.println("step " + step.step());
        }

        @Override
        public void onEpoch(EpochMetrics metrics) {
            epoch = metrics.epoch();
            System.out.println("epoch " + epoch);
        }

        @Override
        public void onCheckpoint(Path checkpoint) {
            System.out.println(epoch == EPOCHS ? "package" : "checkpoint");
        }
    }
}
