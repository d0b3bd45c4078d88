package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.Encoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * ResNet: He et al. 2016, with torchvision's names and its stride in the 3 x 3 convolution of a bottleneck. The features are those of the
 * last block, without pooling and classifier: D = 512 for depths 18 and 34, else 2048. The picture's size must be known when a graph is
 * made.
 *
 * <p>Its stages: 0 the stem, 1 to 4 the layers of that number.
 *
 * @param depth 18, 34, 50, 101 or 152
 * @param rows rows of places to pool to, 1 to 64, or 0 for the grid of the convolutions, ceil(H / 32) x ceil(W / 32)
 * @param columns columns of places to pool to, 1 to 64, or 0
 */
public record ResNet(int depth, int rows, int columns) implements Staged {
    private static final int STEM = 64;
    private static final int BOTTLENECK_EXPANSION = 4;
    private static final float EPSILON = 1e-5f;

    /** Blocks of the four layers by depth. */
    private static final Map<Integer, List<Integer>> BLOCKS = Map.of(
            18, List.of(2, 2, 2, 2),
            34, List.of(3, 4, 6, 3),
            50, List.of(3, 4, 6, 3),
            101, List.of(3, 4, 23, 3),
            152, List.of(3, 8, 36, 3));

    public ResNet {
        if (!BLOCKS.containsKey(depth)) {
            throw new OptionException(
                    "ResNet depth is " + depth + "; it must be one of " + new TreeMap<>(BLOCKS).keySet());
        }
        new FeatureGrid(rows, columns);
    }

    /** With the grid of the convolutions. */
    public ResNet(int depth) {
        this(depth, 0, 0);
    }

    @Override
    public int featureSize() {
        return STEM * 8 * expansion();
    }

    @Override
    public Grid grid(int height, int width) {
        return new FeatureGrid(rows, columns).of(height, width);
    }

    @Override
    public List<List<String>> stages() {
        return List.of(
                List.of("conv1", "bn1"), List.of("layer1"), List.of("layer2"), List.of("layer3"), List.of("layer4"));
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
            ConvNorm stem = ConvNorm.of(parameters, "conv1", "bn1", 3, STEM, 7, 1, EPSILON);
            layers.add(pixels -> {
                FeatureGrid.requireSize(pixels);
                return stem.padded(pixels, 2).relu().maxPool2d(3, 2, 1); // (N, 64, H / 4, W / 4)
            });
        }
        int in = STEM;
        for (int layer = 0; layer < 4; layer++) {
            int width = STEM << layer;
            int count = BLOCKS.getOrDefault(depth, List.of()).get(layer);
            for (int b = 0; b < count; b++) {
                if (layers.has(layer + 1)) {
                    Parameters scope = parameters.scope("layer" + (layer + 1) + "." + b);
                    layers.add(block(scope, in, width, b == 0 && layer > 0 ? 2 : 1)::apply);
                }
                in = width * expansion();
            }
        }
        return layers;
    }

    private int expansion() {
        return depth < 50 ? 1 : BOTTLENECK_EXPANSION;
    }

    private Residual block(Parameters parameters, int in, int width, int stride) {
        int out = width * expansion();
        ConvNorm shortcut = stride > 1 || in != out
                ? ConvNorm.of(parameters, "downsample.0", "downsample.1", in, out, 1, 1, EPSILON)
                : null;
        List<ConvNorm> convolutions = expansion() == 1
                ? List.of(
                        ConvNorm.of(parameters, "conv1", "bn1", in, width, 3, 1, EPSILON),
                        ConvNorm.of(parameters, "conv2", "bn2", width, out, 3, 1, EPSILON))
                : List.of(
                        ConvNorm.of(parameters, "conv1", "bn1", in, width, 1, 1, EPSILON),
                        ConvNorm.of(parameters, "conv2", "bn2", width, width, 3, 1, EPSILON),
                        ConvNorm.of(parameters, "conv3", "bn3", width, out, 1, 1, EPSILON));
        return new Residual(convolutions, shortcut, stride);
    }

    /** y = relu(F(x) + x), x brought to F's shape by a 1 x 1 convolution where they differ. F's first 3 x 3 convolution has the stride. */
    private record Residual(
            List<ConvNorm> convolutions, @Nullable ConvNorm shortcut, int stride) {
        Tensor apply(Tensor x) {
            int strided = convolutions.size() == 2 ? 0 : 1;
            Tensor y = x;
            for (int i = 0; i < convolutions.size(); i++) {
                y = convolutions.get(i).padded(i > 0 ? y.relu() : y, i == strided ? stride : 1);
            }
            return y.plus(shortcut == null ? x : shortcut.padded(x, stride)).relu();
        }
    }
}
