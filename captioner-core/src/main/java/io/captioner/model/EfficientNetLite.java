package io.captioner.model;

import static io.captioner.model.InvertedResidual.relu6;

import io.captioner.OptionException;
import io.captioner.nn.Encoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * EfficientNet-Lite: Tan and Le 2019, in Google's form for small devices (ReLU6, no squeeze-and-excitation). Names are those of timm's {@code
 * tf_efficientnet_lite*}, padding is TensorFlow's "same"; the features are those after the head's convolution, D = 1280. The picture's
 * size must be known when a graph is made.
 *
 * <p>Its stages: 0 the stem, 1 to 7 the blocks, 8 the head.
 *
 * @param variant 0 to 4
 * @param rows rows of places to pool to, 1 to 64, or 0 for the grid of the convolutions, ceil(H / 32) x ceil(W / 32)
 * @param columns columns of places to pool to, 1 to 64, or 0
 */
public record EfficientNetLite(int variant, int rows, int columns) implements Staged {
    private static final int STEM = 32;
    private static final int FEATURES = 1280;
    private static final int EXPANSION = 6;
    private static final float EPSILON = 1e-3f;

    /** Width multiplier, depth multiplier, edge of the pictures it was trained on. */
    private record Scale(double width, double depth, int imageSize) {}

    private static final List<Scale> SCALES = List.of(
            new Scale(1.0, 1.0, 224),
            new Scale(1.0, 1.1, 240),
            new Scale(1.1, 1.2, 260),
            new Scale(1.2, 1.4, 280),
            new Scale(1.4, 1.8, 300));

    /** Repeats, kernel, stride of the first, channels: of variant 0. */
    private record Stage(int repeats, int kernel, int stride, int channels) {}

    private static final List<Stage> STAGES = List.of(
            new Stage(1, 3, 1, 16),
            new Stage(2, 3, 2, 24),
            new Stage(2, 5, 2, 40),
            new Stage(3, 3, 2, 80),
            new Stage(3, 5, 1, 112),
            new Stage(4, 5, 2, 192),
            new Stage(1, 3, 1, 320));

    public EfficientNetLite {
        if (variant < 0 || variant >= SCALES.size()) {
            throw new OptionException(
                    "EfficientNet-Lite variant is " + variant + "; it must be between 0 and " + (SCALES.size() - 1));
        }
        new FeatureGrid(rows, columns);
    }

    /** With the grid of the convolutions. */
    public EfficientNetLite(int variant) {
        this(variant, 0, 0);
    }

    /** Edge in pixels of the square pictures this variant was trained on: 224, 240, 260, 280 or 300. */
    public int imageSize() {
        return SCALES.get(variant).imageSize();
    }

    @Override
    public int featureSize() {
        return FEATURES;
    }

    @Override
    public Grid grid(int height, int width) {
        return new FeatureGrid(rows, columns).of(height, width);
    }

    @Override
    public List<List<String>> stages() {
        return Stream.of(
                        Stream.of(List.of("conv_stem", "bn1")),
                        IntStream.range(0, STAGES.size()).mapToObj(s -> List.of("blocks." + s)),
                        Stream.of(List.of("conv_head", "bn2")))
                .flatMap(stage -> stage)
                .toList();
    }

    @Override
    public UnaryOperator<Tensor> bindUntil(Parameters parameters, int stage) {
        return layers(parameters, 0, stage);
    }

    @Override
    public Encoder bindFrom(Parameters parameters, int stage) {
        return new FeatureGrid(rows, columns).after(layers(parameters, stage, stages().size()));
    }

    private Layers layers(Parameters parameters, int from, int to) {
        Layers layers = new Layers(from, to);
        if (layers.has(0)) {
            ConvNorm stem = ConvNorm.of(parameters, "conv_stem", "bn1", 3, STEM, 3, 1, EPSILON);
            layers.add(pixels -> {
                FeatureGrid.requireSize(pixels);
                return relu6(stem.same(pixels, 2)); // (N, 32, H / 2, W / 2)
            });
        }
        int channels = STEM;
        for (int s = 0; s < STAGES.size(); s++) {
            Stage stage = STAGES.get(s);
            int out = scaledChannels(stage.channels());
            for (int b = 0; b < scaledRepeats(s); b++) {
                if (layers.has(s + 1)) {
                    Parameters scope = parameters.scope("blocks." + s + "." + b);
                    int stride = b == 0 ? stage.stride() : 1;
                    layers.add(block(scope, s > 0, channels, out, stage.kernel(), stride)::apply);
                }
                channels = out;
            }
        }
        if (layers.has(STAGES.size() + 1)) {
            ConvNorm head = ConvNorm.of(parameters, "conv_head", "bn2", channels, FEATURES, 1, 1, EPSILON);
            layers.add(x -> relu6(head.same(x, 1))); // (N, 1280, h, w)
        }
        return layers;
    }

    /** Channels * width, rounded to a multiple of 8 but not down by more than a tenth. Stem and head are not scaled. */
    private int scaledChannels(int channels) {
        double wanted = channels * SCALES.get(variant).width();
        int rounded = Math.max(8, (int) (wanted + 4) / 8 * 8);
        return rounded < 0.9 * wanted ? rounded + 8 : rounded;
    }

    /** Repeats * depth, rounded up. The first and the last stage are not scaled. */
    private int scaledRepeats(int stage) {
        int repeats = STAGES.get(stage).repeats();
        boolean fixed = stage == 0 || stage == STAGES.size() - 1;
        return fixed ? repeats : (int) Math.ceil(repeats * SCALES.get(variant).depth());
    }

    /** A block with timm's names; the first stage's do not widen. */
    private static InvertedResidual block(
            Parameters parameters, boolean widened, int in, int out, int kernel, int stride) {
        int wide = widened ? in * EXPANSION : in;
        return new InvertedResidual(
                widened ? ConvNorm.of(parameters, "conv_pw", "bn1", in, wide, 1, 1, EPSILON) : null,
                ConvNorm.of(parameters, "conv_dw", widened ? "bn2" : "bn1", wide, wide, kernel, wide, EPSILON),
                ConvNorm.of(
                        parameters,
                        widened ? "conv_pwl" : "conv_pw",
                        widened ? "bn3" : "bn2",
                        wide,
                        out,
                        1,
                        1,
                        EPSILON),
                stride,
                widened && stride == 1 && in == out,
                true);
    }
}
