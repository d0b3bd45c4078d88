package io.captioner.model;

import io.captioner.OptionException;
import io.captioner.nn.Algebra;
import io.captioner.nn.Convolution;
import io.captioner.nn.Encoder;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Vision transformer: Dosovitskiy et al. 2021, with torchvision's names. The features are those of the patches after the last normalisation,
 * D = {@code hiddenSize}, and before them that of the class token where it is kept.
 *
 * <p>Its stages: 0 patches, class token and positions, 1 to {@code layers} the layers, the last one the normalisation.
 *
 * @param imageSize edge in pixels of the square pictures it takes, a multiple of the patch size
 * @param patchSize edge in pixels of a patch, at least 1
 * @param layers at least 1
 * @param heads that share the hidden size evenly, at least 1
 * @param hiddenSize W, at least 1
 * @param mlpSize width of the network between, at least 1
 * @param classToken whether the class token is the first place, or is dropped
 * @param rows rows of places to pool the patches to, 1 to 64, or 0 for as many as there are patches
 * @param columns columns of places to pool the patches to, 1 to 64, or 0
 */
public record VisionTransformer(
        int imageSize,
        int patchSize,
        int layers,
        int heads,
        int hiddenSize,
        int mlpSize,
        boolean classToken,
        int rows,
        int columns)
        implements Staged {
    private static final float EPSILON = 1e-6f;
    private static final Initializer SMALL = Initializer.normal(0.02f);

    public VisionTransformer {
        Limits.atLeast("patch size", patchSize, 1);
        Limits.atLeast("number of layers", layers, 1);
        Limits.atLeast("number of heads", heads, 1);
        Limits.atLeast("hidden size", hiddenSize, 1);
        Limits.divides("hidden size", hiddenSize, heads);
        Limits.atLeast("width of the network between", mlpSize, 1);
        if (imageSize < patchSize || imageSize % patchSize != 0) {
            throw new OptionException(
                    "image size is " + imageSize + "; it must be a multiple of the patch size, " + patchSize);
        }
        new FeatureGrid(rows, columns);
    }

    /** torchvision's {@code vit_b_16}: 224 pixels, patches of 16, 12 layers, 12 heads, W = 768; the class token is kept. */
    public static VisionTransformer base16() {
        return new VisionTransformer(224, 16, 12, 12, 768, 3072, true, 0, 0);
    }

    /** torchvision's {@code vit_b_32}: as {@link #base16} with patches of 32. */
    public static VisionTransformer base32() {
        return new VisionTransformer(224, 32, 12, 12, 768, 3072, true, 0, 0);
    }

    @Override
    public int featureSize() {
        return hiddenSize;
    }

    @Override
    public Grid grid(int height, int width) {
        if (height != imageSize || width != imageSize) {
            throw new OptionException("picture is " + height + " x " + width + "; this vision transformer takes "
                    + imageSize + " x " + imageSize);
        }
        return new FeatureGrid(rows, columns).or(new Grid(edge(), edge(), classToken ? 1 : 0));
    }

    /** Patches along an edge. */
    private int edge() {
        return imageSize / patchSize;
    }

    @Override
    public List<List<String>> stages() {
        List<List<String>> stages = new ArrayList<>();
        stages.add(List.of("conv_proj", "class_token", "encoder.pos_embedding"));
        for (int i = 0; i < layers; i++) {
            stages.add(List.of("encoder.layers.encoder_layer_" + i));
        }
        stages.add(List.of("encoder.ln"));
        return stages;
    }

    @Override
    public UnaryOperator<Tensor> bindUntil(Parameters parameters, int stage) {
        return stages(parameters, 0, stage);
    }

    @Override
    public Encoder bindFrom(Parameters parameters, int stage) {
        Layers all = stages(parameters, stage, layers + 2);
        return x -> places(all.apply(x)); // (N, L, W)
    }

    private Layers stages(Parameters parameters, int from, int to) {
        Layers stages = new Layers(from, to);
        if (stages.has(0)) {
            stages.add(patches(parameters));
        }
        Parameters encoder = parameters.scope("encoder");
        for (int i = 0; i < layers; i++) {
            if (stages.has(i + 1)) {
                stages.add(Block.of(this, encoder.scope("layers.encoder_layer_" + i))::apply);
            }
        }
        if (stages.has(layers + 1)) {
            stages.add(NormLayer.of(encoder.scope("ln"), hiddenSize, EPSILON)::apply);
        }
        return stages;
    }

    private UnaryOperator<Tensor> patches(Parameters parameters) {
        long patches = (long) edge() * edge();
        Initializer initial = Initializer.fanIn(3L * patchSize * patchSize);
        Parameters conv = parameters.scope("conv_proj");
        Tensor weight = conv.parameter("weight", Shape.of(hiddenSize, 3, patchSize, patchSize), initial);
        Tensor bias = conv.parameter("bias", Shape.of(hiddenSize), Initializer.ZEROS);
        Tensor token = parameters.parameter("class_token", Shape.of(1, 1, hiddenSize), Initializer.ZEROS);
        Tensor positions =
                parameters.scope("encoder").parameter("pos_embedding", Shape.of(1, patches + 1, hiddenSize), SMALL);
        return pixels -> {
            requireSize(pixels);
            // x_0 = [class; E patch_1; ...; E patch_P] + p
            Tensor grid = pixels.conv2d(weight, bias, Convolution.of(patchSize, 0)); // (N, W, rows, columns)
            Tensor places = grid.reshape(0, 0, -1).transpose(0, 2, 1); // (N, P, W)
            Algebra algebra = pixels.algebra();
            Tensor first = token.expandAs(places.slice(1, 0, 1)); // (N, 1, W)
            return algebra.concat(1, List.of(first, places)).plus(positions); // (N, 1 + P, W)
        };
    }

    private Tensor places(Tensor x) {
        if (rows == 0) {
            return classToken ? x : x.slice(1, 1, Long.MAX_VALUE);
        }
        Tensor grid = x.slice(1, 1, Long.MAX_VALUE).transpose(0, 2, 1).reshape(0, 0, edge(), edge()); // (N, W, P, P)
        Tensor pooled = new FeatureGrid(rows, columns).places(grid); // (N, rows * columns, W)
        return classToken ? x.algebra().concat(1, List.of(x.slice(1, 0, 1), pooled)) : pooled;
    }

    private void requireSize(Tensor pixels) {
        if (pixels.shape().rank() != 4
                || pixels.dim(1) != 3
                || pixels.dim(2) != imageSize
                || pixels.dim(3) != imageSize) {
            throw new ShapeException(
                    "pixels are " + pixels.shape() + "; they must be (N, 3, " + imageSize + ", " + imageSize + ")");
        }
    }

    /** A layer, normalised before each part: equations 2 and 3 of the paper. */
    private record Block(
            Heads heads, NormLayer first, Linear attend, Linear out, NormLayer second, Linear widen, Linear narrow) {
        static Block of(VisionTransformer settings, Parameters parameters) {
            int width = settings.hiddenSize();
            Projections projections = Projections.of(parameters.scope("self_attention"), width);
            return new Block(
                    new Heads(settings.heads(), width / settings.heads()),
                    NormLayer.of(parameters.scope("ln_1"), width, EPSILON),
                    projections.all(),
                    projections.out(),
                    NormLayer.of(parameters.scope("ln_2"), width, EPSILON),
                    Linear.of(parameters.scope("mlp.0"), width, settings.mlpSize()),
                    Linear.of(parameters.scope("mlp.3"), settings.mlpSize(), width));
        }

        Tensor apply(Tensor x) {
            // x = x + attention(norm(x))
            List<Tensor> qkv = attend.apply(first.apply(x)).split(-1, 3); // (N, T, W) each
            Heads.Looked looked =
                    heads.look(heads.divide(qkv.get(0)), heads.divide(qkv.get(1)), heads.divide(qkv.get(2)), null);
            Tensor y = x.plus(out.apply(heads.join(looked.values()))); // (N, T, W)
            // x = x + W_2 gelu(W_1 norm(x) + b_1) + b_2
            return y.plus(narrow.apply(widen.apply(second.apply(y)).gelu()));
        }
    }
}
