package io.captioner.model;

import static io.captioner.model.InvertedResidual.relu6;

import io.captioner.nn.Encoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * MobileNetV2 of width 1: Sandler et al. 2018, with torchvision's names. The features are those after the last convolution, D = 1280. The
 * picture's size must be known when a graph is made.
 *
 * <p>Its stages: 0 to 18, the members of torchvision's {@code features}: the stem, 17 blocks, the head.
 *
 * @param rows rows of places to pool to, 1 to 64, or 0 for the grid of the convolutions, ceil(H / 32) x ceil(W / 32)
 * @param columns columns of places to pool to, 1 to 64, or 0
 */
public record MobileNetV2(int rows, int columns) implements Staged {
    private static final int STEM = 32;
    private static final int FEATURES = 1280;
    private static final float EPSILON = 1e-5f;

    /** Expansion, channels, repeats, stride of the first: table 2 of the paper. */
    private record Stage(int expansion, int channels, int repeats, int stride) {}

    private static final List<Stage> STAGES = List.of(
            new Stage(1, 16, 1, 1),
            new Stage(6, 24, 2, 2),
            new Stage(6, 32, 3, 2),
            new Stage(6, 64, 4, 2),
            new Stage(6, 96, 3, 1),
            new Stage(6, 160, 3, 2),
            new Stage(6, 320, 1, 1));

    private static final int HEAD = 1 + STAGES.stream().mapToInt(Stage::repeats).sum();

    public MobileNetV2 {
        new FeatureGrid(rows, columns);
    }

    /** With the grid of the convolutions. */
    public MobileNetV2() {
        this(0, 0);
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
        return IntStream.rangeClosed(0, HEAD)
                .mapToObj(i -> List.of("features." + i))
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
        Parameters features = parameters.scope("features");
        Layers layers = new Layers(from, to);
        if (layers.has(0)) {
            ConvNorm stem = ConvNorm.of(features, "0.0", "0.1", 3, STEM, 3, 1, EPSILON);
            layers.add(pixels -> {
                FeatureGrid.requireSize(pixels);
                return relu6(stem.padded(pixels, 2)); // (N, 32, H / 2, W / 2)
            });
        }
        int channels = STEM;
        int member = 1;
        for (Stage stage : STAGES) {
            for (int b = 0; b < stage.repeats(); b++) {
                if (layers.has(member)) {
                    Parameters scope = features.scope(member + ".conv");
                    layers.add(block(scope, channels, stage, b == 0 ? stage.stride() : 1)::apply);
                }
                channels = stage.channels();
                member++;
            }
        }
        if (layers.has(HEAD)) {
            ConvNorm head = ConvNorm.of(features, HEAD + ".0", HEAD + ".1", channels, FEATURES, 1, 1, EPSILON);
            layers.add(x -> relu6(head.padded(x, 1))); // (N, 1280, h, w)
        }
        return layers;
    }

    private static InvertedResidual block(Parameters parameters, int in, Stage stage, int stride) {
        boolean widened = stage.expansion() > 1;
        int wide = in * stage.expansion();
        int next = widened ? 1 : 0; // place in torchvision's sequence after the expansion
        return new InvertedResidual(
                widened ? ConvNorm.of(parameters, "0.0", "0.1", in, wide, 1, 1, EPSILON) : null,
                ConvNorm.of(parameters, next + ".0", next + ".1", wide, wide, 3, wide, EPSILON),
                ConvNorm.of(
                        parameters,
                        String.valueOf(next + 1),
                        String.valueOf(next + 2),
                        wide,
                        stage.channels(),
                        1,
                        1,
                        EPSILON),
                stride,
                stride == 1 && in == stage.channels(),
                false);
    }
}
