package io.captioner.examples;

import io.captioner.Backend;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Trains a captioner with {@link CosineAttention}, an attention that captioner does not know, on drawn shapes, and lets both backends caption
 * the same pictures with it.
 */
public final class YourOwnAttention {
    private YourOwnAttention() {}

    /** Prints what each backend says. */
    public static void main(String[] arguments) throws IOException {
        Path model = TrainOnYourPhotos.train(Files.createTempDirectory("own"), new CosineAttention(32), 300, 2);
        try (Captioner onnx =
                        Captioner.builder().backend(Backend.ONNX).model(model).build();
                Captioner djl =
                        Captioner.builder().backend(Backend.DJL).model(model).build()) {
            Random random = new Random(7);
            for (int i = 0; i < 5; i++) {
                ImageInput picture = ImageInput.of(DrawnShapes.draw(random).picture());
                System.out.println("onnx: " + onnx.caption(picture) + "   djl: " + djl.caption(picture));
            }
        }
    }
}
