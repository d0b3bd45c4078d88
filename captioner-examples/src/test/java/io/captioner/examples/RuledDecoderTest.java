package io.captioner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.djl.DjlBackend;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionRnn;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Cell;
import io.captioner.model.PlainRnn;
import io.captioner.model.RuledDecoder;
import io.captioner.model.TransformerDecoder;
import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.LogitsRule;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.onnx.OnnxBackend;
import io.captioner.search.BeamTrace;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** A rule of one's own about the next word, in every kind of decoder. */
class RuledDecoderTest {
    private static final int WORDS = 9;
    private static final int PICTURES = 3;
    private static final int LENGTH = 8;
    private static final RowEncoder ENCODER = new RowEncoder(4, 6);

    /** As docs/extending.md has it. */
    record NoStutter() implements LogitsRule {
        @Override
        public Tensor apply(Tensor logits, Tensor words) {
            Algebra algebra = logits.algebra();
            Tensor last = words.slice(2, -1, Long.MAX_VALUE);
            Tensor same = algebra.range((int) logits.dim(2)).equalTo(last);
            return same.choose(algebra.scalar(-1e9f), logits);
        }
    }

    /** A word that was written twice is not written again: sees all words so far. */
    record AtMostTwice() implements LogitsRule {
        @Override
        public Tensor apply(Tensor logits, Tensor words) {
            Algebra algebra = logits.algebra();
            Tensor each = algebra.range((int) logits.dim(2)).reshape(1, 1, -1, 1); // (1, 1, V, 1)
            Tensor times = words.expandDims(2).equalTo(each).to(DType.INT64).sum(false, 3); // (N, R, V)
            return algebra.scalar(1L).lessThan(times).choose(algebra.scalar(-1e9f), logits);
        }
    }

    @TestFactory
    Stream<DynamicTest> isHeededOnBothBackendsByEverySearch() {
        return decoders().stream().map(decoder -> dynamicTest(decoder.toString(), () -> check(decoder)));
    }

    private static List<DecoderArchitecture> decoders() {
        return List.of(
                new AttentionRnn(Cell.LSTM, 2, 5, 5, AdditiveAttention.relu(4), true, 0, 0, 0, false),
                new PlainRnn(Cell.GRU, 1, 5, 5, PlainRnn.Picture.FIRST_WORD, 0, 0, 0, false),
                TransformerDecoder.builder()
                        .width(8)
                        .heads(2)
                        .feedForward(8)
                        .layers(1)
                        .build());
    }

    private static void check(DecoderArchitecture decoder) {
        Weights weights = ParameterShapes.initial(parameters -> decoder.bind(parameters.scope("decoder"), 6, WORDS), 3);
        DecoderArchitecture ruled = new RuledDecoder(new RuledDecoder(decoder, new NoStutter()), new AtMostTwice());
        for (int width : new int[] {1, 3}) {
            assertThat(captions(new DjlBackend(), decoder, weights, width))
                    .as("without")
                    .anyMatch(caption -> breaks(caption));
            List<List<Integer>> captions = captions(new DjlBackend(), ruled, weights, width);
            assertThat(captions).as("with").noneMatch(caption -> breaks(caption));
            assertThat(captions(new OnnxBackend(), ruled, weights, width)).isEqualTo(captions);
        }
    }

    private static boolean breaks(List<Integer> caption) {
        for (int i = 0; i < caption.size(); i++) {
            int word = caption.get(i);
            boolean stutters = i > 0 && caption.get(i - 1) == word;
            if (stutters || caption.stream().filter(other -> other == word).count() > 2) {
                return true;
            }
        }
        return false;
    }

    private static List<List<Integer>> captions(
            BackendProvider backend, DecoderArchitecture decoder, Weights weights, int width) {
        CaptionProgram program = CaptionProgram.fromFeatures(
                new CaptionerArchitecture(ENCODER, decoder), new EncoderArchitecture.Grid(4, 1), WORDS);
        float[] features = new float[PICTURES * 4 * 6];
        Random random = new Random(5);
        for (int i = 0; i < features.length; i++) {
            features[i] = (float) random.nextGaussian();
        }
        GenerationOptions options =
                GenerationOptions.builder().beamWidth(width).maxLength(LENGTH).build();
        try (Executable executable = backend.compile(program, weights, Device.cpu(), 1)) {
            List<HostTensor> outputs = executable.run(
                    program.inputs(HostTensor.ofFloats(Shape.of(PICTURES, 4, 6), features), options, Set.of(2)));
            BeamTrace trace = new BeamTrace(outputs);
            List<List<Integer>> captions = new ArrayList<>();
            for (int image = 0; image < PICTURES; image++) {
                captions.add(trace.hypotheses(image, LENGTH + 1, LENGTH, 0).get(0).tokens().stream()
                        .map(Hypothesis.Token::id)
                        .toList());
            }
            return captions;
        }
    }
}
