package io.captioner.model;

import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * GPT-2 (Radford et al. 2019) with attention over a picture in each layer, as the decoder of Hugging Face's {@code VisionEncoderDecoderModel}:
 * pre-norm, learned positions, the output layer tied to the word vectors. Parameters are named {@code transformer.*}; matrices lie (in, out).
 *
 * @param size D, a multiple of {@code heads}
 * @param layers at least 1
 * @param heads at least 1
 * @param innerSize of the two layers behind each attention
 * @param positions most words that it can write, at least 1
 * @param activation between those two layers
 * @param epsilon of the norms
 */
public record Gpt2(int size, int layers, int heads, int innerSize, int positions, Activation activation, double epsilon)
        implements DecoderArchitecture {
    private static final Initializer SMALL = Initializer.uniform(0.02f);

    /** A bend between two linear layers. */
    public enum Activation {
        /** x Phi(x). */
        GELU {
            @Override
            Tensor apply(Tensor x) {
                return x.gelu();
            }
        },
        /** Its approximation by tanh, Hendrycks and Gimpel 2016: {@code gelu_new}. */
        GELU_TANH {
            @Override
            Tensor apply(Tensor x) {
                // x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))
                Tensor inner = x.times(x).times(x).times(0.044715f).plus(x).times((float) Math.sqrt(2 / Math.PI));
                return x.times(0.5f).times(inner.tanh().plus(1f));
            }
        },
        /** max(0, x). */
        RELU {
            @Override
            Tensor apply(Tensor x) {
                return x.relu();
            }
        };

        abstract Tensor apply(Tensor x);
    }

    public Gpt2 {
        Limits.atLeast("number of layers", layers, 1);
        Limits.atLeast("number of heads", heads, 1);
        Limits.atLeast("size", size, 1);
        Limits.atLeast("inner size", innerSize, 1);
        Limits.atLeast("number of positions", positions, 1);
        Limits.divides("size", size, heads);
    }

    @Override
    public int maxTokens() {
        return positions;
    }

    @Override
    public Decoder bind(Parameters parameters, int featureSize, int vocabularySize) {
        return new Layers(this, parameters, featureSize, vocabularySize);
    }

    /** y = x W + b. */
    private record Projection(Tensor weight, Tensor bias) {
        static Projection of(Parameters parameters, int in, int out) {
            return new Projection(
                    parameters.parameter("weight", Shape.of(in, out), SMALL),
                    parameters.parameter("bias", Shape.of(out), Initializer.ZEROS));
        }

        Tensor apply(Tensor x) {
            return x.matmul(weight).plus(bias);
        }
    }

    private record Block(
            NormLayer norm1,
            Projection words,
            Projection wordsOut,
            NormLayer normPicture,
            Projection query,
            Projection picture,
            Projection pictureOut,
            NormLayer norm2,
            Projection up,
            Projection down) {}

    private static final class Layers extends PretrainedDecoder {
        private final @Nullable Linear projection; // of the features to D, where they are not of that size
        private final Embedding embedding; // (V, D)
        private final Tensor positions; // (P, D)
        private final List<Block> blocks = new ArrayList<>();
        private final NormLayer norm;
        private final Activation activation;

        Layers(Gpt2 of, Parameters parameters, int featureSize, int vocabularySize) {
            super(of.layers, new Heads(of.heads, of.size / of.heads));
            int d = of.size;
            activation = of.activation;
            projection = featureSize == d ? null : Linear.of(parameters.scope("enc_to_dec_proj"), featureSize, d);
            Parameters transformer = parameters.scope("transformer");
            embedding = Embedding.of(transformer.scope("wte"), vocabularySize, d, SMALL);
            positions = transformer.scope("wpe").parameter("weight", Shape.of(of.positions, d), SMALL);
            for (int i = 0; i < of.layers; i++) {
                Parameters h = transformer.scope("h").scope(String.valueOf(i));
                Parameters words = h.scope("attn");
                Parameters picture = h.scope("crossattention");
                blocks.add(new Block(
                        NormLayer.of(h.scope("ln_1"), d, of.epsilon),
                        Projection.of(words.scope("c_attn"), d, 3 * d),
                        Projection.of(words.scope("c_proj"), d, d),
                        NormLayer.of(h.scope("ln_cross_attn"), d, of.epsilon),
                        Projection.of(picture.scope("q_attn"), d, d),
                        Projection.of(picture.scope("c_attn"), d, 2 * d),
                        Projection.of(picture.scope("c_proj"), d, d),
                        NormLayer.of(h.scope("ln_2"), d, of.epsilon),
                        Projection.of(h.scope("mlp").scope("c_fc"), d, of.innerSize),
                        Projection.of(h.scope("mlp").scope("c_proj"), of.innerSize, d)));
            }
            norm = NormLayer.of(transformer.scope("ln_f"), d, of.epsilon);
        }

        @Override
        Tensor embed(Tensor tokens, Tensor at) {
            return embedding.apply(tokens).plus(positions.rows(at));
        }

        @Override
        List<Tensor> keysAndValues(int layer, Tensor features) {
            Tensor a = projection == null ? features : projection.apply(features); // (N, L, D)
            return blocks.get(layer).picture().apply(a).split(2, 2);
        }

        @Override
        Tensor layer(int layer, Tensor x, Words words, Picture picture) {
            Block block = blocks.get(layer);
            // x' = x + W_o attention(norm(x), words before)
            List<Tensor> qkv = block.words().apply(block.norm1().apply(x)).split(3, 3); // (N, R, T, D) each
            Tensor read = x.plus(block.wordsOut().apply(words.attend(qkv.get(0), qkv.get(1), qkv.get(2))));
            // x'' = x' + W_o attention(norm(x'), picture)
            Tensor query = block.query().apply(block.normPicture().apply(read));
            Tensor seen = read.plus(block.pictureOut().apply(picture.attend(query)));
            // y = x'' + W_2 gelu(W_1 norm(x'') + b_1) + b_2
            return seen.plus(block.down()
                    .apply(activation.apply(block.up().apply(block.norm2().apply(seen)))));
        }

        @Override
        Tensor logits(Tensor x) {
            return norm.apply(x).linear(embedding.weight(), null);
        }
    }
}
