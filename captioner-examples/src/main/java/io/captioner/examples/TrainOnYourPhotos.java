package io.captioner.examples;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.train.EpochMetrics;
import io.captioner.train.Schedule;
import io.captioner.train.Trainer;
import io.captioner.train.TrainingListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Trains a captioner from a folder of pictures with {@code captions.csv}, encoder and all, and tries it on pictures it has not seen. The
 * pictures are drawn shapes here; put your photos there, with an encoder that knows photos already, and the rest stays as it is. Takes a
 * minute or less on two cores. Usage: {@code TrainOnYourPhotos [FOLDER]}.
 */
public final class TrainOnYourPhotos {
    private static final int PICTURE_SIZE = 48;

    private TrainOnYourPhotos() {}

    /** Draws, trains, and prints how many captions of unseen pictures are right to the word. */
    public static void main(String[] arguments) throws IOException {
        Path folder = arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("shapes");
        Path model = train(folder);
        System.out.printf("%.1f %% of 200 captions are exact%n", 100 * exact(model, Backend.ONNX, 200));
    }

    /** The recipe that gets 95 of 100 captions right and more. */
    static Path train(Path folder) throws IOException {
        return train(folder, AdditiveAttention.relu(64), 1500, 10);
    }

    /** Trains on so many drawn pictures for so many epochs; returns the folder of the model package. */
    static Path train(Path folder, AttentionArchitecture attention, int pictures, int epochs) throws IOException {
        DrawnShapes.write(folder.resolve("pictures"), pictures, 1);
        CaptionDataset dataset =
                CaptionDataset.folder(folder.resolve("pictures")).withRandomSplit(0.1, 0, 1);
        return Trainer.builder()
                .architecture(new CaptionerArchitecture(
                        new ShapeEncoder(PICTURE_SIZE, 128),
                        AttentionLstm.builder()
                                .embeddingSize(64)
                                .hiddenSize(128)
                                .attention(attention)
                                .dropout(0)
                                .build()))
                .transform(ImageTransform.squash(PICTURE_SIZE))
                .dataset(dataset)
                .minCount(1)
                .trainEncoder()
                .epochs(epochs)
                .batchImages(16)
                .learningRate(3e-3)
                .encoderLearningRate(3e-3)
                .schedule(Schedule.cosine())
                .doublyStochastic(0)
                .threads(1) // so small a model gains nothing from more
                .output(folder.resolve("model"))
                .listener(new Printed())
                .build()
                .train()
                .model();
    }

    /** Share of so many unseen pictures whose caption is right to the word. */
    static double exact(Path model, Backend backend, int pictures) {
        List<DrawnShapes.Drawing> unseen = DrawnShapes.draw(pictures, 20_000);
        try (Captioner captioner =
                Captioner.builder().backend(backend).model(model).build()) {
            List<Caption> captions = captioner.captionAll(unseen.stream()
                    .map(drawing -> ImageInput.of(drawing.picture()))
                    .toList());
            long right = IntStream.range(0, pictures)
                    .filter(i -> captions.get(i).text().equals(unseen.get(i).caption()))
                    .count();
            return right / (double) pictures;
        }
    }

    /** A line for each epoch. */
    private static final class Printed implements TrainingListener {
        @Override
        public void onEpoch(EpochMetrics epoch) {
            System.out.printf("epoch %d: loss %.4f, %.0f s%n", epoch.epoch(), epoch.crossEntropy(), epoch.seconds());
        }
    }
}
