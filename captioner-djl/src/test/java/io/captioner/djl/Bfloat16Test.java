package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.MobileNetV2;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.train.CaptionLoss;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.Precision;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingProgram;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training whose products take their operands in bfloat16, against training in float32. */
@Timeout(300)
class Bfloat16Test {
    private static final int WORDS = 30;
    private static final int PIXELS = 32;

    static List<DecoderArchitecture> decoders() {
        return List.of(
                AttentionLstm.builder().embeddingSize(24).hiddenSize(32).build(),
                TransformerDecoder.builder()
                        .width(32)
                        .heads(4)
                        .feedForward(64)
                        .layers(2)
                        .build());
    }

    static List<EncoderArchitecture> encoders() {
        return List.of(
                new VisionTransformer(PIXELS, 8, 2, 2, 16, 32, true, 0, 0), // mostly products
                new MobileNetV2()); // mostly convolutions
    }

    private static Program program(DecoderArchitecture decoder) {
        return TrainingProgram.fromFeatures(decoder, 9, 40, WORDS, new CaptionLoss(0.1, 1));
    }

    private static TrainingSession session(Program program, Precision precision) {
        TrainingBackend.Settings settings = new TrainingBackend.Settings(
                Optimizer.adam(), GradientClip.globalNorm(5), name -> true, 1, false, 0, precision);
        return new DjlBackend().train(program, Weights.none(), settings, Device.cpu(), 1);
    }

    private static HostTensor features() {
        return random(Shape.of(3, 9, 40));
    }

    private static HostTensor random(Shape shape) {
        Random random = new Random(1);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return HostTensor.ofFloats(shape, values);
    }

    private static HostTensor captions() {
        Random random = new Random(2);
        long[] words = new long[3 * 2 * 8];
        for (int i = 0; i < words.length; i++) {
            words[i] = i % 8 == 0 ? 1 : i % 8 == 7 ? 2 : 4 + random.nextInt(WORDS - 4);
        }
        return HostTensor.ofLongs(Shape.of(3, 2, 8), words);
    }

    /** A number in bfloat16 has 8 bits, so a product of two is off by 0.4% at most, and sums of many by less. */
    private static void compareGradients(Program program, HostTensor input, double tolerance) {
        List<HostTensor> batch = List.of(input, captions());
        Map<String, HostTensor> full;
        Map<String, HostTensor> half;
        try (TrainingSession session = session(program, Precision.FLOAT32)) {
            full = session.gradients(batch);
        }
        try (TrainingSession session = session(program, Precision.BFLOAT16)) {
            half = session.gradients(batch);
        }
        assertThat(half).containsOnlyKeys(full.keySet());
        double largest =
                full.values().stream().mapToDouble(Bfloat16Test::norm).max().orElseThrow();
        double off = 0;
        for (Map.Entry<String, HostTensor> entry : full.entrySet()) {
            float[] expected = entry.getValue().toFloatArray();
            float[] difference = half.get(entry.getKey()).toFloatArray();
            for (int i = 0; i < difference.length; i++) {
                difference[i] -= expected[i];
            }
            double size = Math.max(norm(entry.getValue()), 1e-3 * largest);
            double share = norm(HostTensor.ofFloats(entry.getValue().shape(), difference)) / size;
            assertThat(share).as(entry.getKey()).isLessThan(tolerance);
            off = Math.max(off, share);
        }
        assertThat(off).as("it does compute in bfloat16").isGreaterThan(1e-4);
    }

    private static double norm(HostTensor tensor) {
        double sum = 0;
        for (float value : tensor.toFloatArray()) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void gradientsAreThoseOfFloat32ToWithinAFewHundredths(DecoderArchitecture decoder) {
        compareGradients(program(decoder), features(), 0.05);
    }

    @ParameterizedTest
    @MethodSource("encoders")
    void anEncoderThatIsFineTunedGetsThemToo(EncoderArchitecture encoder) {
        Program program = TrainingProgram.fromPixels(
                new CaptionerArchitecture(encoder, decoders().get(0)),
                ImageTransform.squash(PIXELS),
                WORDS,
                new CaptionLoss(0.1, 1));
        byte[] bytes = new byte[3 * 3 * PIXELS * PIXELS];
        new Random(3).nextBytes(bytes);
        compareGradients(program, HostTensor.ofBytes(Shape.of(3, 3, PIXELS, PIXELS), bytes), 0.1);
    }

    @ParameterizedTest
    @MethodSource("decoders")
    void theLossFallsAsItDoesInFloat32(DecoderArchitecture decoder) {
        List<HostTensor> batch = List.of(features(), captions());
        try (TrainingSession full = session(program(decoder), Precision.FLOAT32);
                TrainingSession half = session(program(decoder), Precision.BFLOAT16)) {
            double first = 0;
            double last = 0;
            for (int step = 0; step < 40; step++) {
                double expected = full.step(batch, name -> 3e-3).loss();
                last = half.step(batch, name -> 3e-3).loss();
                assertThat(last).as("step " + step).isCloseTo(expected, within(0.03 * expected));
                first = step == 0 ? last : first;
            }
            assertThat(last).isLessThan(0.8 * first);
        }
    }

    @Test
    void goesOnToTheSameBits() {
        List<HostTensor> batch = List.of(features(), captions());
        Program program = program(decoders().get(0));
        try (TrainingSession whole = session(program, Precision.BFLOAT16);
                TrainingSession resumed = session(program, Precision.BFLOAT16)) {
            for (int step = 0; step < 6; step++) {
                if (step == 3) {
                    resumed.restore(whole.weights(), whole.optimizerState());
                }
                whole.step(batch, name -> 1e-3, step);
                if (step >= 3) {
                    resumed.step(batch, name -> 1e-3, step);
                }
            }
            Map<String, HostTensor> expected = whole.weights();
            resumed.weights()
                    .forEach((name, value) -> assertThat(value.toFloatArray())
                            .as(name)
                            .isEqualTo(expected.get(name).toFloatArray()));
        }
    }

    @Test
    void isForTheCpu() {
        Program program = program(decoders().get(0));
        TrainingBackend.Settings settings = new TrainingBackend.Settings(
                Optimizer.adam(), GradientClip.none(), name -> true, 1, true, 0, Precision.BFLOAT16);
        assertThatThrownBy(() -> new DjlBackend().train(program, Weights.none(), settings, Device.cuda(0), 1))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("bfloat16")
                .hasMessageContaining("cuda:0")
                .hasMessageContaining("compute in FLOAT32");
    }

    @Test
    void linuxTellsWhetherTheProcessorMultipliesIt() {
        assertThat(Processor.multipliesBfloat16("model name\t: X\nflags\t\t: fpu avx512f avx512_bf16 vnni\n"))
                .contains(true);
        assertThat(Processor.multipliesBfloat16("flags\t\t: fpu amx_bf16\n")).contains(true);
        assertThat(Processor.multipliesBfloat16("Features\t: fp asimd bf16 i8mm\n"))
                .contains(true);
        assertThat(Processor.multipliesBfloat16("flags\t\t: fpu avx2 avx512f\n"))
                .contains(false);
        assertThat(Processor.multipliesBfloat16("nothing\n")).isEmpty();
    }
}
