package io.captioner.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.reference.ReferenceBackend;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encoders and decoders from their initial weights, from pixels to the next word. */
class CombinationsTest {
    private static final int WORDS = 11;

    static Stream<CaptionerArchitecture> combinations() {
        AttentionLstm small = AttentionLstm.builder()
                .embeddingSize(6)
                .hiddenSize(6)
                .attention(AdditiveAttention.relu(5))
                .build();
        AttentionLstm projected = AttentionLstm.builder()
                .embeddingSize(6)
                .hiddenSize(6)
                .attention(AdditiveAttention.tanh(5))
                .gate(false)
                .featureSize(7)
                .tiedOutput(true)
                .embeddingDropout(0.3)
                .build();
        return Stream.of(new ResNet(18), new ResNet(18, 3, 5), new EfficientNetLite(0), new EfficientNetLite(0, 4, 4))
                .map(EncoderArchitecture.class::cast)
                .flatMap(encoder -> Stream.of(small, projected).map(d -> new CaptionerArchitecture(encoder, d)));
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void leadFromPixelsToTheNextWord(CaptionerArchitecture architecture) {
        int edge = 64;
        Program program = new NextWord(architecture, edge, edge);
        float[] pixels = new float[2 * 3 * edge * edge];
        Random random = new Random(3);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = random.nextFloat() * 2 - 1;
        }
        List<HostTensor> results;
        try (Executable executable =
                new ReferenceBackend().compile(program, ParameterShapes.initial(program::bind, 5), Device.cpu(), 1)) {
            results = executable.run(List.of(HostTensor.ofFloats(Shape.of(2, 3, edge, edge), pixels)));
        }
        int places = architecture.encoder().grid(edge, edge).places();
        assertThat(results.get(0).shape()).isEqualTo(Shape.of(2, 1, WORDS));
        assertThat(results.get(1).shape()).isEqualTo(Shape.of(2, 1, places));
        float[] probabilities = results.get(0).toFloatArray();
        float[] alpha = results.get(1).toFloatArray();
        for (int n = 0; n < 2; n++) {
            assertThat(sum(probabilities, n * WORDS, WORDS)).isCloseTo(1, within(1e-5));
            assertThat(sum(alpha, n * places, places)).isCloseTo(1, within(1e-5));
        }
    }

    private static double sum(float[] values, int from, int count) {
        double sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += values[i];
        }
        return sum;
    }

    /** Probabilities of the word after the start (N, 1, V), and where it looked (N, 1, L). */
    private record NextWord(CaptionerArchitecture architecture, long height, long width) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(new Port("pixels", DType.FLOAT32, Shape.of(Shape.UNKNOWN, 3, height, width)));
        }

        @Override
        public List<String> outputs() {
            return List.of("probabilities", "alpha");
        }

        @Override
        public Computation bind(Parameters parameters) {
            EncoderArchitecture encoding = architecture.encoder();
            Encoder encoder = encoding.bind(parameters.scope("encoder"));
            Decoder decoder = architecture.decoder().bind(parameters.scope("decoder"), encoding.featureSize(), WORDS);
            return inputs -> {
                Tensor pixels = inputs.get(0);
                Decoder.State start = decoder.start(encoder.encode(pixels));
                Tensor first = pixels.algebra().constant(HostTensor.ofLongs(Shape.of(2, 1), 1, 1));
                Decoder.Step step = decoder.step(first, start);
                return List.of(step.logits().softmax(-1), step.alpha());
            };
        }
    }
}
