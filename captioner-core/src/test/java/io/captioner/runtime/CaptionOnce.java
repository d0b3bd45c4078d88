package io.captioner.runtime;

import io.captioner.Backend;
import io.captioner.Captioner;
import io.captioner.ImageInput;
import java.awt.image.BufferedImage;
import java.nio.file.Path;

/** An application: captions one picture and comes to the end of its main method. */
public final class CaptionOnce {
    private CaptionOnce() {}

    /** @param arguments the backend, and the folder of a package */
    public static void main(String[] arguments) {
        try (Captioner captioner = Captioner.builder()
                .backend(Backend.of(arguments[0]))
                .model(Path.of(arguments[1]))
                .threads(1)
                .build()) {
            ImageInput picture = ImageInput.of(new BufferedImage(20, 10, BufferedImage.TYPE_INT_RGB));
            System.out.println("caption: " + captioner.caption(picture).text());
        }
    }
}
