package io.captioner.benchmarks;

import io.captioner.GenerationOptions;
import io.captioner.image.ImageTransform;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.EfficientNetLite;
import io.captioner.nn.HostTensor;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.pack.Provenance;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Weights;
import java.time.Instant;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A captioner of the contenders' sizes: EfficientNet-Lite2 at 260, an attention LSTM with E = H = A = 512, V = 3000. It was never trained and
 * never ends a caption, so that every one takes {@link #TOKENS} steps of the decoder, as the contenders' do.
 */
final class SizedModel {
    static final CaptionerArchitecture ARCHITECTURE = new CaptionerArchitecture(
            new EfficientNetLite(2), AttentionLstm.builder().build());

    /** Of the pictures, in pixels. */
    static final int EDGE = 260;

    static final int WORDS = 3000;
    static final int TOKENS = 12;

    private SizedModel() {}

    static ModelPackage of(Setting setting, WeightSource decoder) {
        Weights weights = Weights.of(Safetensors.open(setting.encoderWeights()))
                .prefixed("encoder.")
                .plus(decoder);
        float[] bias = new float[WORDS];
        weights.read("decoder.fc.bias").floats().get(bias);
        bias[Vocabulary.END] = -1e9f;
        HostTensor endless = HostTensor.ofFloats(weights.read("decoder.fc.bias").shape(), bias);
        return new ModelPackage(
                "sized",
                ARCHITECTURE,
                ImageTransform.squash(EDGE),
                vocabulary(),
                options(1),
                weights.plus(Weights.of(Map.of("decoder.fc.bias", endless))),
                Provenance.of("io.captioner.benchmarks", Instant.EPOCH));
    }

    static Vocabulary vocabulary() {
        return Vocabulary.of(Stream.concat(
                        Vocabulary.SPECIAL.stream(),
                        IntStream.range(Vocabulary.SPECIAL.size(), WORDS).mapToObj(id -> "word" + id))
                .toList());
    }

    /** One token is kept for the end. */
    static GenerationOptions options(int beamWidth) {
        return GenerationOptions.builder()
                .beamWidth(beamWidth)
                .maxLength(TOKENS - 1)
                .build();
    }
}
