package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.MobileNetV2;
import io.captioner.model.ResNet;
import io.captioner.model.Staged;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Entry;
import io.captioner.search.StageProgram;
import io.captioner.train.CaptionLoss;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingProgram;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** An encoder cut before a stage, and trained from there on. */
@Timeout(300)
class StageTrainingTest {
    private static final int SIZE = 32;
    private static final int WORDS = 20;
    private static final ImageTransform TRANSFORM = ImageTransform.squash(SIZE);
    private static final CaptionLoss LOSS = new CaptionLoss(0.1, 1);

    private final DjlBackend backend = new DjlBackend();

    /** An encoder and the stages before which it is cut. */
    record Cut(EncoderArchitecture encoder, int... stages) {
        @Override
        public String toString() {
            return encoder + " before " + Arrays.toString(stages);
        }
    }

    static List<Cut> cuts() {
        return List.of(
                new Cut(new EfficientNetLite(0), 0, 1, 6, 8, 9),
                new Cut(new ResNet(18), 0, 1, 4, 5),
                new Cut(new ResNet(50, 2, 2), 3),
                new Cut(new MobileNetV2(), 0, 1, 12, 18, 19),
                new Cut(new VisionTransformer(SIZE, 8, 2, 2, 16, 32, true, 0, 0), 0, 1, 2, 3, 4),
                new Cut(new VisionTransformer(SIZE, 8, 2, 2, 16, 32, false, 2, 2), 4));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void theStagesBeforeAndAfterACutAreTheWholeEncoder(Cut cut) {
        WeightSource weights = initial(Encoding.whole(cut.encoder()), Weights.none());
        HostTensor pixels = pixels(2);
        HostTensor expected;
        try (Executable whole = backend.compile(Encoding.whole(cut.encoder()), weights, Device.cpu(), 1)) {
            expected = whole.run(List.of(pixels)).get(0);
        }
        for (int stage : cut.stages()) {
            Staged staged = (Staged) cut.encoder();
            HostTensor activations = activations(staged, stage, weights, pixels);
            Program rest = new Encoding(Entry.stage(staged, stage, rowOf(activations)));
            try (Executable after = backend.compile(rest, weights, Device.cpu(), 1)) {
                HostTensor actual = after.run(List.of(activations)).get(0);
                assertThat(actual.shape()).isEqualTo(expected.shape());
                assertThat(actual.toFloatArray())
                        .as("cut before stage " + stage)
                        .containsExactly(expected.toFloatArray(), within(1e-5f));
            }
        }
    }

    @Test
    void refusesACutWhereThereIsNoStage() {
        assertThatThrownBy(() -> new StageProgram(new ResNet(18), TRANSFORM, 6))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("stage is 6")
                .hasMessageContaining("between 0 and 5");
    }

    static List<Cut> trained() {
        return List.of(new Cut(new ResNet(18), 4), new Cut(new EfficientNetLite(0), 7));
    }

    /** Five steps from stored activations change the weights as five steps from pixels do, and both write the same captions after that. */
    @ParameterizedTest
    @MethodSource("trained")
    void trainingFromAStageEqualsTrainingFromPixels(Cut cut) {
        CaptionerArchitecture architecture = architecture(cut.encoder());
        Staged staged = (Staged) cut.encoder();
        int stage = cut.stages()[0];
        WeightSource start = initial(TrainingProgram.fromPixels(architecture, TRANSFORM, WORDS, LOSS), Weights.none());
        List<HostTensor> pictures = List.of(pixels(3), pixels(3));
        List<HostTensor> stored = pictures.stream()
                .map(pixels -> activations(staged, stage, start, pixels))
                .toList();
        Shape row = rowOf(stored.get(0));
        try (TrainingSession fromPixels = session(
                        TrainingProgram.fromPixels(architecture, TRANSFORM, WORDS, LOSS), start, staged, stage, false);
                TrainingSession fromStage = session(
                        TrainingProgram.fromStage(architecture, stage, row, WORDS, LOSS),
                        start,
                        staged,
                        stage,
                        false)) {
            for (int step = 0; step < 5; step++) {
                HostTensor captions = captions(step);
                fromPixels.step(List.of(pictures.get(step % 2), captions), name -> 1e-3, step);
                fromStage.step(List.of(stored.get(step % 2), captions), name -> 1e-3, step);
            }
            Map<String, HostTensor> expected = fromPixels.weights();
            Map<String, HostTensor> actual = fromStage.weights();
            assertThat(actual.keySet())
                    .isEqualTo(expected.keySet().stream()
                            .filter(name -> !name.startsWith("encoder.")
                                    || staged.fromStage(stage).test(name.substring("encoder.".length())))
                            .collect(Collectors.toSet()));
            actual.forEach((name, value) ->
                    assertThat(distance(value, expected.get(name))).as(name).isLessThan(1e-4));

            CaptionProgram ofPixels = CaptionProgram.fromPixels(architecture, TRANSFORM, WORDS);
            CaptionProgram ofStage = CaptionProgram.from(Entry.stage(staged, stage, row), architecture, WORDS);
            GenerationOptions beam =
                    GenerationOptions.builder().beamWidth(3).maxLength(6).build();
            List<HostTensor> one = fromPixels.run(ofPixels, ofPixels.inputs(pictures.get(0), beam, List.of()));
            List<HostTensor> other = fromStage.run(ofStage, ofStage.inputs(stored.get(0), beam, List.of()));
            assertThat(other.get(0).toLongArray()).isEqualTo(one.get(0).toLongArray());
        }
    }

    @Test
    void runningStatisticsStayUnlessTheyAreToMove() {
        Staged resNet = new ResNet(18);
        CaptionerArchitecture architecture = architecture(new ResNet(18));
        Program program = TrainingProgram.fromStage(architecture, 4, Shape.of(256, 2, 2), WORDS, LOSS);
        WeightSource start = initial(program, Weights.none());
        HostTensor activations = random(Shape.of(3, 256, 2, 2));
        for (boolean moves : new boolean[] {false, true}) {
            try (TrainingSession session = session(program, start, resNet, 4, moves)) {
                session.step(List.of(activations, captions(0)), name -> 1e-3, 1);
                Map<String, HostTensor> after = session.weights();
                String norm = "encoder.layer4.0.bn1.";
                assertThat(distance(after.get(norm + "running_mean"), start.read(norm + "running_mean")) > 0)
                        .isEqualTo(moves);
                assertThat(distance(after.get(norm + "running_var"), start.read(norm + "running_var")) > 0)
                        .isEqualTo(moves);
                assertThat(distance(after.get(norm + "weight"), start.read(norm + "weight")))
                        .isPositive();
                assertThat(distance(after.get(norm + "bias"), start.read(norm + "bias")))
                        .isPositive();
            }
        }
    }

    private TrainingSession session(Program program, WeightSource start, Staged staged, int stage, boolean statistics) {
        TrainingBackend.Settings settings = new TrainingBackend.Settings(
                Optimizer.sgd(0.9),
                GradientClip.globalNorm(5),
                name -> !name.startsWith("encoder.")
                        || staged.fromStage(stage).test(name.substring("encoder.".length())),
                1,
                statistics,
                0);
        return backend.train(program, start, settings, Device.cpu(), 1);
    }

    /** What a program starts from: running statistics too are no zeros and ones, as in weights that were trained. */
    private WeightSource initial(Program program, WeightSource weights) {
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.sgd(0), GradientClip.none(), name -> true, 5);
        try (TrainingSession session = backend.train(program, weights, settings, Device.cpu(), 1)) {
            Map<String, HostTensor> values = new LinkedHashMap<>(session.weights());
            Random random = new Random(9);
            values.replaceAll((name, value) -> {
                float[] floats = value.toFloatArray();
                if (name.endsWith("running_mean")) {
                    for (int i = 0; i < floats.length; i++) {
                        floats[i] = 0.2f * (random.nextFloat() - 0.5f);
                    }
                } else if (name.endsWith("running_var")) {
                    for (int i = 0; i < floats.length; i++) {
                        floats[i] = 0.5f + random.nextFloat();
                    }
                }
                return HostTensor.ofFloats(value.shape(), floats);
            });
            return Weights.of(values);
        }
    }

    private HostTensor activations(Staged encoder, int stage, WeightSource weights, HostTensor pixels) {
        StageProgram program = new StageProgram(encoder, TRANSFORM, stage);
        try (Executable front = backend.compile(program, weights, Device.cpu(), 1)) {
            return front.run(List.of(pixels)).get(0);
        }
    }

    private static Shape rowOf(HostTensor batch) {
        return Shape.of(
                Arrays.copyOfRange(batch.shape().toArray(), 1, batch.shape().rank()));
    }

    private static CaptionerArchitecture architecture(EncoderArchitecture encoder) {
        return new CaptionerArchitecture(
                encoder,
                AttentionLstm.builder()
                        .embeddingSize(12)
                        .hiddenSize(16)
                        .attention(AdditiveAttention.relu(8))
                        .dropout(0)
                        .build());
    }

    /** Largest difference, relative to the largest element. */
    private static double distance(HostTensor actual, HostTensor expected) {
        float[] a = actual.toFloatArray();
        float[] e = expected.toFloatArray();
        double difference = 0;
        double largest = 1e-6;
        for (int i = 0; i < e.length; i++) {
            difference = Math.max(difference, Math.abs(a[i] - e[i]));
            largest = Math.max(largest, Math.abs(e[i]));
        }
        return difference / largest;
    }

    private final Random random = new Random(4);

    private HostTensor pixels(int pictures) {
        byte[] bytes = new byte[pictures * 3 * SIZE * SIZE];
        random.nextBytes(bytes);
        return HostTensor.ofBytes(Shape.of(pictures, 3, SIZE, SIZE), bytes);
    }

    private HostTensor random(Shape shape) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
        }
        return HostTensor.ofFloats(shape, values);
    }

    /** INT64 (3, 2, 6). */
    private static HostTensor captions(int seed) {
        Random words = new Random(seed);
        List<Long> ids = new ArrayList<>();
        for (int row = 0; row < 6; row++) {
            ids.add(1L);
            for (int t = 0; t < 4; t++) {
                ids.add(4L + words.nextInt(WORDS - 4));
            }
            ids.add(2L);
        }
        return HostTensor.ofLongs(
                Shape.of(3, 2, 6), ids.stream().mapToLong(id -> id).toArray());
    }

    /** From an entry to features. */
    private record Encoding(Entry entry) implements Program {
        static Encoding whole(EncoderArchitecture encoder) {
            return new Encoding(Entry.pixels(encoder, TRANSFORM));
        }

        @Override
        public List<Port> inputs() {
            return List.of(entry.port());
        }

        @Override
        public List<String> outputs() {
            return List.of("features");
        }

        @Override
        public Computation bind(Parameters parameters) {
            var encoder = entry.bind(parameters);
            return inputs -> List.of(encoder.encode(inputs.get(0)));
        }
    }
}
