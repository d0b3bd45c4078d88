package io.captioner.pack;

import io.captioner.fixtures.Fixtures;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.model.VisionTransformer;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Folders as a PyTorch script leaves them: a decoder of the fixtures behind a tiny vision transformer. */
public final class ImportedFolders {
    private static final String CONFIG = """
            {"encoder": "vit_tiny", "encoder_heads": %d, "image_size": 16, "normalise": "(x / 255 - 0.5) / 0.5",
             "resize": "Pillow bilinear to 16 x 16 (squash)", "recipe": {%s}}
            """;

    private ImportedFolders() {}

    /** Names of the decoders of the fixtures. */
    public static List<String> decoders() {
        return Fixtures.names("decoder");
    }

    /**
     * Writes the folder of a decoder's case.
     *
     * @param recipe fields of the recipe that the weights do not tell
     */
    public static void write(Path folder, Fixtures.Case fixture, String recipe) throws IOException {
        int size = fixture.hyper().get("D").getAsInt();
        VisionTransformer encoder = new VisionTransformer(16, 8, 1, 2, size, 12, true, 0, 0);
        Weights weights = ParameterShapes.initial(encoder::bind, 5)
                .prefixed("encoder.")
                .plus(Weights.of(fixture.tensors()).under("param.").prefixed("decoder."));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), CONFIG.formatted(2, recipe));
        int words = fixture.hyper().get("V").getAsInt();
        Files.write(
                folder.resolve("vocabulary.txt"),
                IntStream.range(0, words)
                        .mapToObj(i -> i < 4
                                ? List.of("<pad>", "<start>", "<end>", "<unk>").get(i)
                                : "word" + i)
                        .toList());
        Safetensors.write(folder.resolve("weights.safetensors"), weights, Precision.FLOAT32, Map.of());
    }

    /** What of a case's recipe its weights do not tell. */
    public static String recipe(Fixtures.Case fixture) {
        StringBuilder recipe = new StringBuilder("\"dropout\": 0.5");
        if (fixture.hyper().has("heads")) {
            recipe.append(", \"heads\": ").append(fixture.hyper().get("heads"));
        }
        if (fixture.hyper().has("activation")) {
            recipe.append(", \"activation\": \"")
                    .append(fixture.name().contains("gelu") ? "gelu" : "relu")
                    .append('"');
        }
        if (fixture.hyper().has("max_positions")) {
            recipe.append(", \"max_positions\": ").append(fixture.hyper().get("max_positions"));
        }
        if (fixture.hyper().has("cell")
                && fixture.hyper().get("cell").getAsString().startsWith("rnn")) {
            recipe.append(", \"kind\": ").append(fixture.hyper().get("cell"));
        }
        return recipe.toString();
    }
}
