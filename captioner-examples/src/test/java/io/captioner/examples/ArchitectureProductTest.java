package io.captioner.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.djl.DjlBackend;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionRnn;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Cell;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.MobileNetV2;
import io.captioner.model.MultiHeadAttention;
import io.captioner.model.PlainRnn;
import io.captioner.model.PlainRnn.Picture;
import io.captioner.model.ResNet;
import io.captioner.model.ScaledDotAttention;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.TransformerDecoder.Activation;
import io.captioner.model.TransformerDecoder.Norm;
import io.captioner.model.TransformerDecoder.Positions;
import io.captioner.model.VariationalRnn;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.AttentionArchitecture;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.onnx.OnnxBackend;
import io.captioner.onnx.OnnxExporter;
import io.captioner.search.BeamTrace;
import io.captioner.search.BestCaptionProgram;
import io.captioner.search.CaptionProgram;
import io.captioner.search.EncoderProgram;
import io.captioner.search.Hypothesis;
import io.captioner.spi.BackendProvider;
import io.captioner.train.CaptionLoss;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingProgram;
import io.captioner.train.TrainingSession;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every encoder with every decoder and attention, tiny: it is trained for ten steps on drawn shapes with falling loss, and then both
 * backends write the same words.
 */
class ArchitectureProductTest {
    private static final int PICTURES = 4;
    private static final int WORDS = 12;
    private static final int STEPS = 10;
    private static final int LENGTH = 8;
    private static final ImageTransform TRANSFORM = ImageTransform.squash(64);

    /** Start, words, end, padding. */
    private static final HostTensor CAPTIONS = HostTensor.ofLongs(
            Shape.of(PICTURES, 1, 6), 1, 4, 5, 6, 2, 0, 1, 4, 7, 8, 9, 2, 1, 10, 7, 2, 0, 0, 1, 11, 5, 9, 2, 0);

    @TempDir
    Path folder;

    private final TrainingBackend djl = new DjlBackend();
    private final BackendProvider onnx = new OnnxBackend();

    private static List<EncoderArchitecture> encoders() {
        return List.of(
                new ResNet(18, 2, 2),
                new MobileNetV2(),
                new EfficientNetLite(0),
                new VisionTransformer(64, 16, 2, 2, 16, 24, true, 0, 0),
                new VisionTransformer(64, 16, 1, 2, 16, 24, false, 2, 2));
    }

    private static List<AttentionArchitecture> attentions() {
        return List.of(
                AdditiveAttention.relu(8),
                AdditiveAttention.tanh(8),
                new ScaledDotAttention(8),
                new MultiHeadAttention(8, 2));
    }

    private static List<DecoderArchitecture> decoders() {
        List<DecoderArchitecture> decoders = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            int layers = 1 + decoders.size() % 2;
            for (AttentionArchitecture attention : attentions()) {
                decoders.add(new AttentionRnn(cell, layers, 8, 8, attention, layers == 1, 0, 0, 8, layers == 2));
                layers = 3 - layers;
            }
            for (Picture picture : Picture.values()) {
                if (cell == Cell.LSTM || picture != Picture.INITIAL_HIDDEN) {
                    decoders.add(new PlainRnn(cell, layers, 8, 8, picture, 0, 0, 8, false));
                    layers = 3 - layers;
                }
            }
        }
        for (Cell cell : Cell.values()) {
            AttentionRnn attending = new AttentionRnn(cell, 1, 8, 8, AdditiveAttention.relu(8), true, 0, 0, 8, false);
            decoders.add(new VariationalRnn(attending, 3, cell == Cell.GRU ? 8 : 0));
        }
        VariationalRnn layered = VariationalRnn.of(
                new AttentionRnn(Cell.LSTM, 2, 8, 8, new MultiHeadAttention(8, 2), false, 0, 0, 8, true), 3);
        decoders.addAll(List.of(layered, layered.adversarial(8)));
        for (Norm norm : Norm.values()) {
            for (Activation activation : Activation.values()) {
                for (Positions positions : Positions.values()) {
                    boolean tied = activation == Activation.RELU;
                    decoders.add(new TransformerDecoder(8, 2, 16, 2, norm, activation, positions, LENGTH + 1, 0, tied));
                }
            }
        }
        return decoders;
    }

    /** Every cell with every attention and none, in one layer and two, with projected features and without. */
    private static List<DecoderArchitecture> recurrentDecoders() {
        List<DecoderArchitecture> decoders = new ArrayList<>();
        for (Cell cell : Cell.values()) {
            for (int layers = 1; layers <= 2; layers++) {
                for (int projected : new int[] {0, 8}) {
                    for (AttentionArchitecture attention : attentions()) {
                        boolean gate = projected == 0;
                        decoders.add(new AttentionRnn(cell, layers, 8, 8, attention, gate, 0, 0, projected, !gate));
                    }
                    for (Picture picture : Picture.values()) {
                        if (cell == Cell.LSTM || picture != Picture.INITIAL_HIDDEN) {
                            decoders.add(new PlainRnn(cell, layers, 8, 8, picture, 0, 0, projected, false));
                        }
                    }
                }
            }
        }
        return decoders;
    }

    @TestFactory
    Stream<DynamicTest> everyRecurrentDecoderInEveryFormLearnsAndSpeaks() throws IOException {
        EncoderArchitecture encoder = new VisionTransformer(64, 32, 1, 2, 12, 16, true, 0, 0);
        HostTensor features = features(encoder, pixels());
        return recurrentDecoders().stream()
                .filter(decoder -> !decoders().contains(decoder))
                .map(decoder -> dynamicTest(decoder.toString(), () -> check(encoder, decoder, features)));
    }

    @TestFactory
    Stream<DynamicTest> whatHasNoMeaningFailsWhenItIsBuiltAndSaysWhy() {
        AttentionArchitecture relu = AdditiveAttention.relu(8);
        Map<String, Supplier<?>> combinations = Map.ofEntries(
                Map.entry("ResNet depth is 20; it must be one of", () -> new ResNet(20)),
                Map.entry("variant is 5; it must be", () -> new EfficientNetLite(5)),
                Map.entry(
                        "image size is 60; it must be a multiple of the patch size, 16",
                        () -> new VisionTransformer(60, 16, 1, 2, 16, 24, true, 0, 0)),
                Map.entry(
                        "hidden size is 15; it must be a multiple of the number of heads, 2",
                        () -> new VisionTransformer(64, 16, 1, 2, 15, 24, true, 0, 0)),
                Map.entry(
                        "picture is 64 x 48; this vision transformer takes 64 x 64",
                        () -> new VisionTransformer(64, 16, 1, 2, 16, 24, true, 0, 0).grid(64, 48)),
                Map.entry(
                        "attention size is 9; it must be a multiple of the number of heads, 2",
                        () -> new MultiHeadAttention(9, 2)),
                Map.entry(
                        "a tied output needs equal sizes of embedding and hidden state; they are 6 and 8",
                        () -> new AttentionRnn(Cell.GRU, 1, 6, 8, relu, true, 0, 0, 0, true)),
                Map.entry(
                        "number of layers is 0; it must be at least 1",
                        () -> new AttentionRnn(Cell.GRU, 0, 8, 8, relu, true, 0, 0, 0, true)),
                Map.entry(
                        "GRU has no cell state that could start at zero; take INITIAL_STATE",
                        () -> new PlainRnn(Cell.GRU, 1, 8, 8, Picture.INITIAL_HIDDEN, 0, 0, 0, false)),
                Map.entry(
                        "width is 8; it must be a multiple of the number of heads, 3",
                        () -> TransformerDecoder.builder().width(8).heads(3).build()),
                Map.entry(
                        "width is 9; sinusoid positions pair a sine with a cosine, so it must be even",
                        () -> TransformerDecoder.builder()
                                .width(9)
                                .heads(3)
                                .positions(Positions.SINUSOID)
                                .build()));
        return combinations.entrySet().stream()
                .map(combination -> dynamicTest(
                        combination.getKey(),
                        () -> assertThatThrownBy(() -> combination.getValue().get())
                                .isInstanceOf(OptionException.class)
                                .hasMessageContaining(combination.getKey())));
    }

    @TestFactory
    Stream<DynamicTest> everyDecoderLearnsAndSpeaksOnEveryEncoder() throws IOException {
        HostTensor pixels = pixels();
        return encoders().stream().flatMap(encoder -> {
            HostTensor features = features(encoder, pixels);
            return decoders().stream()
                    .map(decoder -> dynamicTest(encoder + " " + decoder, () -> check(encoder, decoder, features)));
        });
    }

    @TestFactory
    Stream<DynamicTest> everyEncoderLearnsWithItsDecoderAndIsExported() throws IOException {
        HostTensor pixels = pixels();
        return encoders().stream()
                .map(encoder -> dynamicTest(encoder.toString(), () -> {
                    DecoderArchitecture decoder = encoder instanceof VisionTransformer
                            ? VariationalRnn.of(
                                    new AttentionRnn(
                                            Cell.LSTM, 1, 8, 8, AdditiveAttention.relu(8), true, 0, 0, 8, false),
                                    3)
                            : new TransformerDecoder(
                                    8, 2, 16, 1, Norm.PRE, Activation.GELU, Positions.LEARNED, LENGTH + 1, 0, false);
                    CaptionerArchitecture architecture = new CaptionerArchitecture(encoder, decoder);
                    Weights weights = train(
                            TrainingProgram.fromPixels(architecture, TRANSFORM, WORDS, new CaptionLoss(0, 0)),
                            pixels,
                            0.003);
                    CaptionProgram program = CaptionProgram.fromPixels(architecture, TRANSFORM, WORDS);
                    checkWords(program, weights, pixels);
                    Path file = folder.resolve("captioner.onnx");
                    OnnxExporter.of(new BestCaptionProgram(program), weights).write(file);
                    assertThat(Files.size(file)).isPositive();
                }));
    }

    private void check(EncoderArchitecture encoder, DecoderArchitecture decoder, HostTensor features) {
        EncoderArchitecture.Grid grid = encoder.grid(64, 64);
        TrainingProgram training = TrainingProgram.fromFeatures(
                decoder, grid.places(), encoder.featureSize(), WORDS, new CaptionLoss(0, 0.1));
        Weights weights = train(training, features, 0.01);
        CaptionerArchitecture architecture = new CaptionerArchitecture(encoder, decoder);
        checkWords(CaptionProgram.fromFeatures(architecture, grid, WORDS), weights, features);
    }

    private Weights train(Program program, HostTensor source, double rate) {
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.adam(), GradientClip.globalNorm(5), name -> true, 7);
        try (TrainingSession session = djl.train(program, Weights.of(Map.of()), settings, Device.cpu(), 1)) {
            List<HostTensor> batch = new ArrayList<>(List.of(source, CAPTIONS));
            if (program.inputs().size() > 2) {
                batch.add(HostTensor.scalar(0.1f)); // weight of a latent's term
            }
            float first = session.step(batch, name -> rate, 0).loss();
            float last = first;
            for (int step = 1; step < STEPS; step++) {
                last = session.step(batch, name -> rate, step).loss();
            }
            assertThat(last).as("loss after ten steps").isLessThan(first);
            return Weights.of(session.weights());
        }
    }

    private void checkWords(CaptionProgram program, Weights weights, HostTensor source) {
        for (int width : new int[] {1, 3}) {
            GenerationOptions options = GenerationOptions.builder()
                    .beamWidth(width)
                    .maxLength(LENGTH)
                    .build();
            List<HostTensor> inputs = program.inputs(source, options, Set.of());
            List<List<Integer>> words = words(djl, program, weights, inputs);
            assertThat(words(onnx, program, weights, inputs))
                    .as("beam width %d", width)
                    .isEqualTo(words);
            assertThat(words).hasSize(PICTURES);
        }
    }

    private static List<List<Integer>> words(
            BackendProvider backend, CaptionProgram program, Weights weights, List<HostTensor> inputs) {
        try (Executable executable = backend.compile(program, weights, Device.cpu(), 1)) {
            BeamTrace trace = new BeamTrace(executable.run(inputs));
            List<List<Integer>> words = new ArrayList<>();
            for (int image = 0; image < trace.images(); image++) {
                Hypothesis best = trace.hypotheses(image, LENGTH + 1, LENGTH, 0).get(0);
                words.add(best.tokens().stream().map(Hypothesis.Token::id).toList());
            }
            return words;
        }
    }

    private HostTensor pixels() throws IOException {
        DrawnShapes.write(folder, PICTURES, 3);
        try (Stream<Path> files = Files.list(folder)) {
            return TRANSFORM.apply(files.filter(file -> file.toString().endsWith(".png"))
                    .sorted()
                    .map(ImageInput::of)
                    .toList());
        }
    }

    /** Of an encoder with its initial weights. */
    private HostTensor features(EncoderArchitecture encoder, HostTensor pixels) {
        DecoderArchitecture any = decoders().get(0);
        Program program = TrainingProgram.fromPixels(
                new CaptionerArchitecture(encoder, any), TRANSFORM, WORDS, new CaptionLoss(0, 0));
        TrainingBackend.Settings settings =
                new TrainingBackend.Settings(Optimizer.adam(), GradientClip.none(), name -> true, 7);
        Weights weights;
        try (TrainingSession session = djl.train(program, Weights.of(Map.of()), settings, Device.cpu(), 1)) {
            weights = Weights.of(session.weights());
        }
        try (Executable executable = djl.compile(new EncoderProgram(encoder, TRANSFORM), weights, Device.cpu(), 1)) {
            return executable.run(List.of(pixels)).get(0);
        }
    }
}
