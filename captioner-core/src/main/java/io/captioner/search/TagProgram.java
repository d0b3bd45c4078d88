package io.captioner.search;

import io.captioner.image.ImageTransform;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * What the encoder's classifier sees: {@code pixels} UINT8 (N, 3, H, W) to {@code probabilities} FLOAT32 (N, C), and to {@code features} FLOAT32
 * (N, L, D), which a search goes on from: {@link Entry#features}. Its parameters are {@code encoder.*} and those of {@link TagClassifier}.
 *
 * @param architecture of the encoder
 * @param transform that makes the pixels
 * @param classes C
 */
public record TagProgram(EncoderArchitecture architecture, ImageTransform transform, int classes) implements Program {
    @Override
    public List<Port> inputs() {
        return List.of(entry().port());
    }

    @Override
    public List<String> outputs() {
        return List.of("probabilities", "features");
    }

    @Override
    public Computation bind(Parameters parameters) {
        Encoder encoder = entry().bind(parameters);
        TagClassifier classifier = TagClassifier.bind(parameters, classes, architecture.featureSize());
        return inputs -> {
            Tensor features = encoder.encode(inputs.get(0)); // (N, L, D)
            return List.of(classifier.of(features), features);
        };
    }

    private Entry entry() {
        return Entry.pixels(architecture, transform);
    }
}
