package io.captioner.examples;

import io.captioner.Backend;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Trains a captioner with {@link CosineAttention}, an attention that captioner does not know, on drawn shapes, and lets both backends caption
 * the same pictures with it: what was written once trains, is exported, and runs on either. {@link ExampleArchitectures} is how a model
 * package finds it.
 */
public final class YourOwnAttention {
    private YourOwnAttention() {}

    /** Prints what each backend says. */
    public static void main(String[] arguments) throws IOException {
        Path model = TrainOnYourPhotos.train(Files.createTempDirectory("own"), new CosineAttention(32), 1000, 3);
        List<Caption> onnx = captions(model, Backend.ONNX, 5);
        List<Caption> djl = captions(model, Backend.DJL, 5);
        for (int i = 0; i < onnx.size(); i++) {
            System.out.println("onnx: " + onnx.get(i) + "   djl: " + djl.get(i));
        }
    }

    /** What a backend says of so many drawn pictures. */
    static List<Caption> captions(Path model, Backend backend, int pictures) {
        try (Captioner captioner =
                Captioner.builder().backend(backend).model(model).build()) {
            return captioner.captionAll(DrawnShapes.draw(pictures, 7).stream()
                    .map(drawing -> ImageInput.of(drawing.picture()))
                    .toList());
        }
    }
}
