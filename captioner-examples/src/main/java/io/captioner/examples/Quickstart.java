package io.captioner.examples;

import static io.captioner.Backend.ONNX;

import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import java.nio.file.Path;

/** Captions a photo with the bundled model. Usage: {@code Quickstart [PHOTO]}. */
public final class Quickstart {
    private Quickstart() {}

    /** Prints the caption, each word's probability, and what else the model considered. */
    public static void main(String[] arguments) {
        Path photo = Path.of(arguments.length > 0 ? arguments[0] : "docs/photos/astronaut.jpg");
        try (Captioner captioner = Captioner.builder()
                .backend(ONNX)
                .generation(
                        GenerationOptions.builder().beamWidth(5).alternatives(2).build())
                .build()) {
            Caption caption = captioner.caption(photo);
            System.out.println(caption.text());
            for (Caption.Word word : caption.words()) {
                System.out.printf("  %-12s %3.0f %%%n", word.text(), 100 * Math.exp(word.logProbability()));
            }
            caption.alternatives().forEach(other -> System.out.println("or: " + other.text()));
        }
    }
}
