package io.captioner.model;

import io.captioner.nn.Convolution;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The vision transformer of Dosovitskiy et al. 2021 (pre-norm, GELU, a class token first), as Hugging Face's captioners hold it. Features
 * are all rows after the last norm.
 *
 * @param layout whose parameters' names it has
 * @param size D, a multiple of {@code heads}
 * @param layers at least 1
 * @param heads at least 1
 * @param innerSize of the two layers behind each attention
 * @param imageSize height and width of a picture, a multiple of {@code patchSize}
 * @param patchSize height and width of a patch
 * @param epsilon of the norms
 */
public record HuggingFaceViT(
        Layout layout, int size, int layers, int heads, int innerSize, int imageSize, int patchSize, double epsilon)
        implements EncoderArchitecture {
    private static final Initializer SMALL = Initializer.uniform(0.02f);

    /** Who names the parameters. */
    public enum Layout {
        /** {@code ViTModel}: {@code embeddings.*}, {@code encoder.layer.0.attention.attention.query.*}, {@code layernorm.*}. */
        VIT,
        /** {@code BlipVisionModel}: {@code embeddings.*}, {@code encoder.layers.0.self_attn.qkv.*}, {@code post_layernorm.*}. */
        BLIP
    }

    public HuggingFaceViT {
        Limits.atLeast("number of layers", layers, 1);
        Limits.atLeast("number of heads", heads, 1);
        Limits.atLeast("size", size, 1);
        Limits.atLeast("inner size", innerSize, 1);
        Limits.atLeast("patch size", patchSize, 1);
        Limits.atLeast("image size", imageSize, patchSize);
        Limits.divides("size", size, heads);
    }

    @Override
    public int featureSize() {
        return size;
    }

    @Override
    public Grid grid(int height, int width) {
        return new Grid(height / patchSize, width / patchSize, 1);
    }

    @Override
    public Encoder bind(Parameters parameters) {
        boolean vit = layout == Layout.VIT;
        int side = imageSize / patchSize;
        Parameters embeddings = parameters.scope("embeddings");
        Parameters patch =
                vit ? embeddings.scope("patch_embeddings").scope("projection") : embeddings.scope("patch_embedding");
        List<Block> blocks = new ArrayList<>();
        Parameters encoder = parameters.scope("encoder").scope(vit ? "layer" : "layers");
        for (int i = 0; i < layers; i++) {
            Parameters layer = encoder.scope(String.valueOf(i));
            blocks.add(vit ? vitBlock(layer) : blipBlock(layer));
        }
        return new Layers(
                patch.parameter("weight", Shape.of(size, 3, patchSize, patchSize), SMALL),
                patch.parameter("bias", Shape.of(size), Initializer.ZEROS),
                patchSize,
                embeddings.parameter(vit ? "cls_token" : "class_embedding", Shape.of(1, 1, size), SMALL),
                embeddings.parameter(
                        vit ? "position_embeddings" : "position_embedding",
                        Shape.of(1, (long) side * side + 1, size),
                        SMALL),
                blocks,
                NormLayer.of(parameters.scope(vit ? "layernorm" : "post_layernorm"), size, epsilon));
    }

    private Block vitBlock(Parameters layer) {
        Parameters attention = layer.scope("attention");
        Parameters projections = attention.scope("attention");
        Linear query = Linear.of(projections.scope("query"), size, size);
        Linear key = Linear.of(projections.scope("key"), size, size);
        Linear value = Linear.of(projections.scope("value"), size, size);
        return new Block(
                new Heads(heads, size / heads),
                NormLayer.of(layer.scope("layernorm_before"), size, epsilon),
                x -> List.of(query.apply(x), key.apply(x), value.apply(x)),
                Linear.of(attention.scope("output").scope("dense"), size, size),
                NormLayer.of(layer.scope("layernorm_after"), size, epsilon),
                Linear.of(layer.scope("intermediate").scope("dense"), size, innerSize),
                Linear.of(layer.scope("output").scope("dense"), innerSize, size));
    }

    private Block blipBlock(Parameters layer) {
        Parameters attention = layer.scope("self_attn");
        Linear all = Linear.of(attention.scope("qkv"), size, 3 * size);
        return new Block(
                new Heads(heads, size / heads),
                NormLayer.of(layer.scope("layer_norm1"), size, epsilon),
                x -> all.apply(x).split(2, 3),
                Linear.of(attention.scope("projection"), size, size),
                NormLayer.of(layer.scope("layer_norm2"), size, epsilon),
                Linear.of(layer.scope("mlp").scope("fc1"), size, innerSize),
                Linear.of(layer.scope("mlp").scope("fc2"), innerSize, size));
    }

    /** (N, L, D) to queries, keys and values of the same shape. */
    private interface Projections {
        List<Tensor> of(Tensor x);
    }

    private record Block(
            Heads heads,
            NormLayer before,
            Projections projections,
            Linear out,
            NormLayer after,
            Linear up,
            Linear down) {
        Tensor apply(Tensor x) {
            List<Tensor> qkv = projections.of(before.apply(x)); // (N, L, D) each
            Heads.Looked looked =
                    heads.look(heads.divide(qkv.get(0)), heads.divide(qkv.get(1)), heads.divide(qkv.get(2)), null);
            // x' = x + W_o attention(norm(x)) + b_o
            Tensor attended = x.plus(out.apply(heads.join(looked.values()))); // (N, L, D)
            // x'' = x' + W_2 gelu(W_1 norm(x') + b_1) + b_2
            return attended.plus(down.apply(up.apply(after.apply(attended)).gelu()));
        }
    }

    private record Layers(
            Tensor patchWeight,
            Tensor patchBias,
            int patchSize,
            Tensor classToken,
            Tensor positions,
            List<Block> blocks,
            NormLayer norm)
            implements Encoder {
        @Override
        public Tensor encode(Tensor pixels) {
            Tensor patches = pixels.conv2d(
                            patchWeight, patchBias, Convolution.of(patchSize, 0)) // (N, D, rows, columns)
                    .reshape(0, 0, -1)
                    .transpose(0, 2, 1); // (N, L, D)
            Tensor first = classToken.expandAs(patches.slice(1, 0, 1)); // (N, 1, D)
            // x = [class; patches] + positions
            Tensor x = pixels.algebra().concat(1, List.of(first, patches)).plus(positions); // (N, 1 + L, D)
            for (Block block : blocks) {
                x = block.apply(x);
            }
            return norm.apply(x);
        }
    }
}
