package io.captioner.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.ModelException;
import io.captioner.OptionException;
import io.captioner.SharedFiles;
import io.captioner.confidence.Confidence;
import io.captioner.confidence.Familiarity;
import io.captioner.confidence.Reliability;
import io.captioner.fixtures.ParameterShapes;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.AttentionRnn;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Cell;
import io.captioner.model.EfficientNetLite;
import io.captioner.model.MobileNetV2;
import io.captioner.model.PlainRnn;
import io.captioner.model.ResNet;
import io.captioner.model.ScaledDotAttention;
import io.captioner.model.TransformerDecoder;
import io.captioner.model.VariationalRnn;
import io.captioner.model.VisionTransformer;
import io.captioner.nn.DType;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.pack.Provenance;
import io.captioner.search.BestCaptionProgram;
import io.captioner.search.CaptionProgram;
import io.captioner.search.EncoderProgram;
import io.captioner.tags.Tags;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Int8QuantizerTest {
    private static final int SIZE = 64;

    @TempDir
    Path folder;

    private static ModelPackage model(EncoderArchitecture encoder) {
        return model(
                encoder,
                AttentionLstm.builder()
                        .embeddingSize(32)
                        .hiddenSize(64)
                        .featureSize(64)
                        .attention(AdditiveAttention.relu(64))
                        .build());
    }

    private static ModelPackage model(EncoderArchitecture encoder, DecoderArchitecture decoder) {
        CaptionerArchitecture architecture = new CaptionerArchitecture(encoder, decoder);
        Vocabulary words = Vocabulary.count(Stream.of(List.of("a", "red", "circle", "above", "blue", "square")), 1);
        WeightSource weights = ParameterShapes.initial(
                parameters -> {
                    encoder.bind(parameters.scope("encoder"));
                    architecture.decoder().bind(parameters.scope("decoder"), encoder.featureSize(), words.size());
                },
                3);
        return new ModelPackage(
                "int8-test",
                architecture,
                ImageTransform.squash(SIZE),
                words,
                GenerationOptions.builder().maxLength(6).build(),
                weights,
                Provenance.of("a test", Instant.parse("2026-01-02T03:04:05Z")));
    }

    private static List<ImageInput> pictures(int from, int to) {
        return IntStream.range(from, to).mapToObj(Int8QuantizerTest::picture).toList();
    }

    private static ImageInput picture(int seed) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < 30; i++) {
            graphics.setColor(new Color(random.nextInt(1 << 24)));
            graphics.fillOval(random.nextInt(SIZE), random.nextInt(SIZE), random.nextInt(40), random.nextInt(40));
        }
        graphics.dispose();
        return ImageInput.of(image);
    }

    private static float[] features(ModelPackage model, List<ImageInput> pictures) {
        EncoderProgram program = new EncoderProgram(model.architecture().encoder(), model.transform());
        try (Executable encoder = new OnnxBackend().compile(program, model.weights(), Device.cpu(), 2)) {
            return encoder.run(List.of(model.transform().apply(pictures)))
                    .get(0)
                    .toFloatArray();
        }
    }

    private static double cosine(float[] a, float[] b) {
        double ab = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            ab += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return ab / Math.sqrt(aa * bb);
    }

    private static List<HostTensor> captions(ModelPackage model, List<ImageInput> pictures) {
        Program program = program(model);
        try (Executable captioner = new OnnxBackend().compile(program, model.weights(), Device.cpu(), 2)) {
            return captioner.run(inputs(model, pictures));
        }
    }

    private static Program program(ModelPackage model) {
        return new BestCaptionProgram(CaptionProgram.fromPixels(
                model.architecture(), model.transform(), model.vocabulary().size()));
    }

    private static List<HostTensor> inputs(ModelPackage model, List<ImageInput> pictures) {
        return List.of(
                model.transform().apply(pictures),
                HostTensor.scalar(2L),
                HostTensor.scalar(6L),
                HostTensor.allocate(DType.FLOAT32, Shape.of(model.vocabulary().size())),
                HostTensor.scalar(0f));
    }

    @Test
    void staysNearFloatingPointAndIndependentOfTheBatch() {
        ModelPackage model = model(new MobileNetV2());
        ModelPackage small = Int8Quantizer.quantize(model, pictures(0, 12));
        assertThat(Int8Quantizer.isQuantized(small)).isTrue();
        assertThat(Int8Quantizer.isQuantized(model)).isFalse();

        List<ImageInput> seen = pictures(20, 24);
        float[] features = features(small, seen);
        assertThat(features).isNotEqualTo(features(model, seen));
        assertThat(cosine(features, features(model, seen))).isGreaterThan(0.98);

        List<HostTensor> together = captions(small, seen);
        for (int n = 0; n < seen.size(); n++) {
            List<HostTensor> alone = captions(small, seen.subList(n, n + 1));
            assertThat(row(together.get(0), n)).startsWith(row(alone.get(0), 0));
            assertThat(together.get(1).floats().get(n))
                    .isEqualTo(alone.get(1).floats().get(0));
        }
    }

    static List<DecoderArchitecture> decoders() {
        return List.of(
                AttentionRnn.builder()
                        .cell(Cell.GRU)
                        .layers(2)
                        .embeddingSize(32)
                        .hiddenSize(64)
                        .attention(new ScaledDotAttention(64))
                        .build(),
                PlainRnn.builder()
                        .embeddingSize(64)
                        .hiddenSize(64)
                        .tiedOutput(true)
                        .build(),
                VariationalRnn.of(
                        AttentionRnn.builder().embeddingSize(32).hiddenSize(64).build(), 8),
                TransformerDecoder.builder().width(64).heads(4).layers(2).build());
    }

    /** The encoder is the same on 8 bits in both, so that what differs is the decoder. */
    @ParameterizedTest
    @MethodSource("decoders")
    void computesAnyDecoderOnEightBits(DecoderArchitecture decoder) {
        ModelPackage model = model(new MobileNetV2(), decoder);
        ModelPackage small = Int8Quantizer.quantize(model, pictures(0, 3));
        assertThat(small.weights().names()).anyMatch(name -> name.matches("activation_range/decoder.*@loop"));
        ModelPackage half = new ModelPackage(
                small.id(),
                small.architecture(),
                small.transform(),
                small.vocabulary(),
                small.generation(),
                Weights.of(small.weights()).filtered(name -> !name.startsWith("activation_range/decoder.")),
                small.provenance());
        float score = firstWord(small);
        assertThat(score).isNotEqualTo(firstWord(half));
        assertThat(score).isCloseTo(firstWord(half), within(0.1f));
    }

    /** Its log-probability in a picture's caption. */
    private static float firstWord(ModelPackage model) {
        CaptionProgram program = CaptionProgram.fromPixels(
                model.architecture(), model.transform(), model.vocabulary().size());
        HostTensor pixels = model.transform().apply(pictures(20, 22));
        try (Executable captioner = new OnnxBackend().compile(program, model.weights(), Device.cpu(), 2)) {
            return captioner
                    .run(program.inputs(pixels, GenerationOptions.beam(2), List.of()))
                    .get(3)
                    .floats()
                    .get(0);
        }
    }

    @Test
    void aMemberOfAnEnsembleKeepsItsOwnRanges() {
        ModelPackage small = Int8Quantizer.quantize(model(new MobileNetV2()), pictures(0, 3));
        CaptionProgram alone = CaptionProgram.fromPixels(
                small.architecture(), small.transform(), small.vocabulary().size());
        List<HostTensor> inputs = inputs(small, pictures(20, 22)).subList(0, 4);
        List<HostTensor> expected;
        try (Executable one = new OnnxBackend().compile(alone, small.weights(), Device.cpu(), 2)) {
            expected = one.run(inputs);
        }
        Weights twice =
                Weights.of(small.weights()).plus(Weights.of(small.weights()).prefixed("member1."));
        try (Executable both = new OnnxBackend().compile(alone.withMembers(List.of(alone)), twice, Device.cpu(), 2)) {
            List<HostTensor> results = both.run(inputs); // the mean of a model with itself
            assertThat(results.get(0).toLongArray())
                    .containsExactly(expected.get(0).toLongArray());
            for (int i = 0; i < expected.get(3).shape().size(); i++) {
                assertThat(results.get(3).floats().get(i))
                        .isCloseTo(expected.get(3).floats().get(i), within(1e-4f));
            }
        }
    }

    @Test
    void keepsTagsAndForgetsHowFarItCanBeTrusted() {
        ModelPackage model = model(new MobileNetV2());
        int features = model.architecture().encoder().featureSize();
        HostTensor zeros = HostTensor.allocate(DType.FLOAT32, Shape.of(features));
        model = model.withTags(
                        new Tags(List.of("circle", "square"), Map.of()),
                        Weights.of(Map.of(
                                "classifier.weight", HostTensor.allocate(DType.FLOAT32, Shape.of(2, features)),
                                "classifier.bias", HostTensor.ofFloats(Shape.of(2), 1, 2))))
                .withReliability(
                        new Reliability(new Confidence(0.5, 0, 1, 1, 0, 0, 0.1, 0.8), new Familiarity(3)),
                        Weights.of(Map.of("familiarity.mean", zeros, "familiarity.scale", zeros)));
        ModelPackage small = Int8Quantizer.quantize(model, pictures(0, 2));
        assertThat(small.tags()).isEqualTo(model.tags());
        assertThat(small.weights().read("classifier.bias").toFloatArray()).containsExactly(1, 2);
        assertThat(small.reliability()).isNull();
        assertThat(small.weights().names()).doesNotContain("familiarity.mean");
        small.save(folder.resolve("tagged"), Precision.INT8);
        assertThat(ModelPackage.load(folder.resolve("tagged")).tags()).isEqualTo(model.tags());
    }

    private static long[] row(HostTensor ids, int n) {
        int length = (int) ids.shape().dim(1);
        return java.util.Arrays.copyOfRange(ids.toLongArray(), n * length, (n + 1) * length);
    }

    @Test
    void isTheSameModelSavedAndExported() throws IOException {
        ModelPackage model = model(new MobileNetV2());
        ModelPackage small = Int8Quantizer.quantize(model, pictures(0, 4));
        Path saved = folder.resolve("int8");
        model.save(folder.resolve("fp32"));
        small.save(saved, Precision.INT8);
        assertThat(Files.size(saved.resolve("weights.safetensors")))
                .isLessThan(Files.size(folder.resolve("fp32/weights.safetensors")) * 3 / 10);

        ModelPackage loaded = ModelPackage.load(saved);
        List<ImageInput> seen = pictures(20, 22);
        assertThat(Int8Quantizer.isQuantized(loaded)).isTrue();
        assertThat(loaded.provenance().recipe()).containsEntry("int8", "ranges of activations from 4 pictures");
        assertThat(features(loaded, seen)).containsExactly(features(small, seen));
        List<HostTensor> captions = captions(loaded, seen);

        Path file = folder.resolve("int8.onnx");
        OnnxExporter.of(loaded).write(file);
        assertThat(Files.size(file)).isLessThan(Files.size(folder.resolve("fp32/weights.safetensors")) / 2);
        try (Executable exported =
                OnnxExecutable.load(OrtRuntime.get(), file, program(model).inputs(), Device.cpu(), 2)) {
            List<HostTensor> other = exported.run(inputs(model, seen));
            assertThat(other.get(0).toLongArray())
                    .containsExactly(captions.get(0).toLongArray());
            assertThat(other.get(1).toFloatArray())
                    .containsExactly(captions.get(1).toFloatArray());
        }
    }

    @Test
    void knowsResidualNetworksWithReluAndPooling() {
        ModelPackage model = model(new ResNet(18, 0, 0));
        ModelPackage small = Int8Quantizer.quantize(model, pictures(0, 4));
        List<ImageInput> seen = pictures(20, 22);
        assertThat(cosine(features(small, seen), features(model, seen))).isGreaterThan(0.99);
    }

    @Test
    void quantisesAgainFromOtherPictures() {
        ModelPackage model = model(new MobileNetV2());
        ModelPackage once = Int8Quantizer.quantize(model, pictures(0, 1));
        ModelPackage again = Int8Quantizer.quantize(once, pictures(5, 8));
        assertThat(again.weights().names()).isEqualTo(once.weights().names());
        assertThat(Ranges.of(again.weights())).isNotEqualTo(Ranges.of(once.weights()));
    }

    @Test
    void refusesToLearnFromNothing() {
        ModelPackage model = model(new MobileNetV2());
        assertThatThrownBy(() -> Int8Quantizer.quantize(model, List.of()))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("no pictures");
    }

    @Test
    void refusesAnEncoderWithoutConvolutionsInARow() {
        ModelPackage model = model(new VisionTransformer(SIZE, 16, 1, 2, 16, 32, true, 0, 0));
        assertThatThrownBy(() -> Int8Quantizer.quantize(model, pictures(0, 1)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("VisionTransformer")
                .hasMessageContaining("int8");
    }

    /** EfficientNet-Lite0 as it was trained on ImageNet, photos of Flickr8k. */
    @Test
    void keepsTheFeaturesOfATrainedEncoderOnPhotos() throws IOException {
        EfficientNetLite encoder = new EfficientNetLite(0);
        Path file = SharedFiles.beside("data/encoders/tf_efficientnet_lite0.safetensors");
        List<Path> photos;
        try (Stream<Path> files = Files.list(SharedFiles.beside("data/flickr8k/images"))) {
            photos = files.filter(path -> path.toString().endsWith(".jpg"))
                    .sorted()
                    .limit(24)
                    .toList();
        }
        ModelPackage random = model(encoder);
        ModelPackage model = new ModelPackage(
                "lite0",
                random.architecture(),
                ImageTransform.squash(encoder.imageSize()),
                random.vocabulary(),
                random.generation(),
                Weights.of(random.weights())
                        .plus(Weights.of(Safetensors.open(file)).prefixed("encoder.")),
                random.provenance());
        List<ImageInput> inputs = photos.stream().map(ImageInput::of).toList();
        ModelPackage small = Int8Quantizer.quantize(model, inputs.subList(4, 24));
        float[] exact = features(model, inputs.subList(0, 4));
        assertThat(cosine(features(small, inputs.subList(0, 4)), exact)).isGreaterThan(0.99);
    }

    @Test
    void roundsWeightsOfOtherBackendsTheSame() {
        ModelPackage model = model(new MobileNetV2());
        Map<String, HostTensor> rounded = Weights.of(
                        Int8Quantizer.quantize(model, pictures(0, 1)).weights())
                .toMap();
        HostTensor exact = model.weights().read("decoder.fc.weight");
        assertThat(rounded.get("encoder.features.1.conv.1.weight")).isNotNull();
        assertThat(cosine(
                        rounded.get("decoder.decode_step.weight_ih").toFloatArray(),
                        model.weights().read("decoder.decode_step.weight_ih").toFloatArray()))
                .isGreaterThan(0.9999);
        assertThat(rounded.get("decoder.fc.weight").toFloatArray()).containsExactly(exact.toFloatArray()); // small
    }
}
