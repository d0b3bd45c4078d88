package io.captioner.examples;

import io.captioner.Backend;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.train.EpochMetrics;
import io.captioner.train.Optimizer;
import io.captioner.train.Schedule;
import io.captioner.train.Trainer;
import io.captioner.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Trains a captioner from a folder of pictures with {@code captions.csv}, encoder and all, and tries it on pictures it has not seen. The
 * folder holds drawn shapes here; put your photos there, with an encoder that knows photos already, and the rest stays as it is. About
 * two minutes on two cores. Usage: {@code TrainOnYourPhotos [FOLDER]}.
 */
public final class TrainOnYourPhotos {
    private TrainOnYourPhotos() {}

    /** Draws, trains, and prints how many captions of unseen pictures are right to the word. */
    public static void main(String[] arguments) throws IOException {
        Path folder = arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("shapes");
        Path model = train(folder, AdditiveAttention.relu(64), 1500, 8);
        System.out.printf("%.1f %% of 200 captions are exact%n", 100 * exact(model, Backend.ONNX, 200));
    }

    /** Trains on so many drawn pictures for so many epochs; returns the folder of the model package. */
    static Path train(Path folder, AttentionArchitecture attention, int pictures, int epochs) throws IOException {
        DrawnShapes.write(folder.resolve("pictures"), pictures, 1);
        CaptionDataset dataset = CaptionDataset.folder(folder.resolve("pictures")).withRandomSplit(0.1, 0, 1);
        return Trainer.builder()
                .architecture(new CaptionerArchitecture(
                        new ShapeEncoder(64),
                        AttentionLstm.builder()
                                .embeddingSize(64)
                                .hiddenSize(128)
                                .attention(attention)
                                .dropout(0.1)
                                .build()))
                .transform(ImageTransform.squash(64))
                .dataset(dataset)
                .minCount(1)
                .trainEncoder()
                .epochs(epochs)
                .batchImages(32)
                .optimizer(Optimizer.adam())
                .learningRate(2e-3)
                .encoderLearningRate(2e-3)
                .schedule(Schedule.cosine())
                .output(folder.resolve("model"))
                .listener(new Printed())
                .build()
                .train()
                .model();
    }

    /** Share of unseen pictures whose caption is right to the word. */
    static double exact(Path model, Backend backend, int pictures) {
        Random random = new Random(20_000);
        int right = 0;
        try (Captioner captioner =
                Captioner.builder().backend(backend).model(model).build()) {
            for (int i = 0; i < pictures; i++) {
                DrawnShapes.Drawing drawing = DrawnShapes.draw(random);
                String caption = captioner.caption(ImageInput.of(drawing.picture())).text();
                right += caption.equals(drawing.caption()) ? 1 : 0;
            }
        }
        return right / (double) pictures;
    }

    /** A line for each epoch. */
    private static final class Printed implements TrainingListener {
        @Override
        public void onEpoch(EpochMetrics epoch) {
            System.out.printf("epoch %d: loss %.4f, %.0f s%n", epoch.epoch(), epoch.crossEntropy(), epoch.seconds());
        }
    }
}
