package io.captioner.examples;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionRnn;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Cell;
import io.captioner.train.Schedule;
import io.captioner.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Trains a captioner with an encoder of one's own, {@link RowEncoder}, from nothing on drawn digits, and lets both backends say what unseen
 * ones are. Takes some seconds. Usage: {@code ReadDigitsRowByRow [FOLDER]}.
 */
public final class ReadDigitsRowByRow {
    private ReadDigitsRowByRow() {}

    /** Prints what each backend says of five digits. */
    public static void main(String[] arguments) throws IOException {
        Path folder = arguments.length > 0 ? Path.of(arguments[0]) : Files.createTempDirectory("digits");
        Path model = train(folder, 2000, 12);
        List<DrawnDigits.Drawing> unseen = DrawnDigits.draw(5, 99);
        List<Caption> onnx = captions(model, Backend.ONNX, unseen);
        List<Caption> djl = captions(model, Backend.DJL, unseen);
        for (int i = 0; i < unseen.size(); i++) {
            System.out.println(unseen.get(i).caption() + "   onnx: " + onnx.get(i) + "   djl: " + djl.get(i));
        }
    }

    /** Trains on so many drawn digits for so many epochs; returns the folder of the model package. */
    static Path train(Path folder, int pictures, int epochs) throws IOException {
        DrawnDigits.write(folder.resolve("pictures"), pictures, 1);
        AttentionRnn decoder = AttentionRnn.builder()
                .cell(Cell.GRU)
                .attention(AdditiveAttention.relu(32))
                .embeddingSize(16)
                .hiddenSize(48)
                .gate(false)
                .dropout(0)
                .build();
        return Trainer.builder()
                .architecture(new CaptionerArchitecture(new RowEncoder(DrawnDigits.SIZE, 64), decoder))
                .transform(ImageTransform.squash(DrawnDigits.SIZE))
                .dataset(CaptionDataset.folder(folder.resolve("pictures")).withRandomSplit(0.1, 0, 1))
                .minCount(1)
                .trainEncoder()
                .epochs(epochs)
                .batchImages(8)
                .learningRate(8e-3)
                .encoderLearningRate(8e-3)
                .schedule(Schedule.cosine())
                .doublyStochastic(0)
                .threads(1) // so small a model gains nothing from more
                .output(folder.resolve("model"))
                .build()
                .train()
                .model();
    }

    /** What a backend says of the pictures. */
    static List<Caption> captions(Path model, Backend backend, List<DrawnDigits.Drawing> drawings) {
        try (Captioner captioner =
                Captioner.builder().backend(backend).model(model).build()) {
            return captioner.captionAll(drawings.stream()
                    .map(drawing -> ImageInput.of(drawing.picture()))
                    .toList());
        }
    }
}
