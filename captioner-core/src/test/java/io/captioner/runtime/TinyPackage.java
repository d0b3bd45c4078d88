package io.captioner.runtime;

import io.captioner.GenerationOptions;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.pack.Provenance;
import io.captioner.text.Vocabulary;
import io.captioner.train.TinyEncoder;
import io.captioner.weights.Weights;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A model package of a few hundred numbers: it says nothing sensible, in no time. */
public final class TinyPackage {
    public static final String ID = "tiny-1";

    private TinyPackage() {}

    public static ModelPackage model() {
        CaptionerArchitecture architecture = new CaptionerArchitecture(
                new TinyEncoder(8, 6),
                AttentionLstm.builder()
                        .embeddingSize(5)
                        .hiddenSize(7)
                        .attention(AdditiveAttention.relu(4))
                        .build());
        Vocabulary vocabulary =
                Vocabulary.count(Stream.of(List.of("a", "red", "circle", "above", "blue", "square", "caf\u00e9")), 1);
        return new ModelPackage(
                ID,
                architecture,
                ImageTransform.squash(16),
                vocabulary,
                GenerationOptions.builder().maxLength(6).build(),
                talkative(
                        ParameterShapes.initial(
                                parameters -> {
                                    architecture.encoder().bind(parameters.scope("encoder"));
                                    architecture.decoder().bind(parameters.scope("decoder"), 6, vocabulary.size());
                                },
                                3),
                        vocabulary.size()),
                Provenance.of("a test", Instant.parse("2026-01-02T03:04:05Z"))
                        .withDataset("shapes", "0123")
                        .withRecipe(Map.of("epochs", "3"))
                        .withMetrics(Map.of("val.bleu4", 0.21345))
                        .withLicence("CC0-1.0", List.of("Made by hand.")));
    }

    /** With an end so unlikely that captions have words, whatever the other weights are. */
    private static WeightSource talkative(WeightSource weights, int words) {
        float[] bias = new float[words];
        bias[Vocabulary.END] = -5;
        return Weights.of(weights)
                .plus(Weights.of(Map.of("decoder.fc.bias", HostTensor.ofFloats(Shape.of(words), bias))));
    }

    /** Saved as {@code tiny} in this folder. */
    public static Path in(Path folder) {
        Path path = folder.resolve("tiny");
        model().save(path);
        return path;
    }
}
