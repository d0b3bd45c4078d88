package io.captioner.model;

import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The text decoder of BLIP (Li et al. 2022) as Hugging Face holds it: BERT's layers, post-norm, GELU, learned positions, with attention
 * over a picture in each. Parameters are named {@code bert.*} and {@code cls.predictions.*}.
 *
 * @param size D, a multiple of {@code heads}
 * @param layers at least 1
 * @param heads at least 1
 * @param innerSize of the two layers behind each attention
 * @param positions most words that it can write, at least 1
 * @param epsilon of the norms
 */
public record BlipText(int size, int layers, int heads, int innerSize, int positions, double epsilon)
        implements DecoderArchitecture {
    private static final Initializer SMALL = Initializer.uniform(0.02f);

    public BlipText {
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

    /** A linear layer back into the stream, and the norm of their sum. */
    private record Residual(Linear dense, NormLayer norm) {
        static Residual of(Parameters parameters, int in, BlipText of) {
            return new Residual(
                    Linear.of(parameters.scope("dense"), in, of.size),
                    NormLayer.of(parameters.scope("LayerNorm"), of.size, of.epsilon));
        }

        /** norm(x + W y + b). */
        Tensor apply(Tensor y, Tensor x) {
            return norm.apply(dense.apply(y).plus(x));
        }
    }

    private record Attention(Linear query, Linear key, Linear value, Residual out) {
        static Attention of(Parameters parameters, int keySize, BlipText of) {
            Parameters self = parameters.scope("self");
            return new Attention(
                    Linear.of(self.scope("query"), of.size, of.size),
                    Linear.of(self.scope("key"), keySize, of.size),
                    Linear.of(self.scope("value"), keySize, of.size),
                    Residual.of(parameters.scope("output"), of.size, of));
        }
    }

    private record Block(Attention words, Attention picture, Linear up, Residual down) {}

    private static final class Layers extends PretrainedDecoder {
        private final Embedding embedding; // (V, D)
        private final Tensor positions; // (P, D)
        private final NormLayer embeddingNorm;
        private final List<Block> blocks = new ArrayList<>();
        private final Linear transform; // D to D
        private final NormLayer transformNorm;
        private final Linear output; // D to V

        Layers(BlipText of, Parameters parameters, int featureSize, int vocabularySize) {
            super(of.layers, new Heads(of.heads, of.size / of.heads));
            Parameters bert = parameters.scope("bert");
            Parameters embeddings = bert.scope("embeddings");
            embedding = Embedding.of(embeddings.scope("word_embeddings"), vocabularySize, of.size, SMALL);
            positions =
                    embeddings.scope("position_embeddings").parameter("weight", Shape.of(of.positions, of.size), SMALL);
            embeddingNorm = NormLayer.of(embeddings.scope("LayerNorm"), of.size, of.epsilon);
            for (int i = 0; i < of.layers; i++) {
                Parameters layer = bert.scope("encoder").scope("layer").scope(String.valueOf(i));
                blocks.add(new Block(
                        Attention.of(layer.scope("attention"), of.size, of),
                        Attention.of(layer.scope("crossattention"), featureSize, of),
                        Linear.of(layer.scope("intermediate").scope("dense"), of.size, of.innerSize),
                        Residual.of(layer.scope("output"), of.innerSize, of)));
            }
            Parameters head = parameters.scope("cls").scope("predictions");
            transform = Linear.of(head.scope("transform").scope("dense"), of.size, of.size);
            transformNorm = NormLayer.of(head.scope("transform").scope("LayerNorm"), of.size, of.epsilon);
            output =
                    new Linear(embedding.weight(), head.parameter("bias", Shape.of(vocabularySize), Initializer.ZEROS));
        }

        @Override
        Tensor embed(Tensor tokens, Tensor at) {
            return embeddingNorm.apply(embedding.apply(tokens).plus(positions.rows(at)));
        }

        @Override
        List<Tensor> keysAndValues(int layer, Tensor features) {
            Attention picture = blocks.get(layer).picture();
            return List.of(picture.key().apply(features), picture.value().apply(features));
        }

        @Override
        Tensor layer(int layer, Tensor x, Words words, Picture picture) {
            Block block = blocks.get(layer);
            // x' = norm(x + W_o attention(x, words before))
            Attention own = block.words();
            Tensor context = words.attend(
                    own.query().apply(x), own.key().apply(x), own.value().apply(x));
            Tensor read = own.out().apply(context, x); // (N, R, T, D)
            // x'' = norm(x' + W_o attention(x', picture))
            Attention cross = block.picture();
            Tensor seen = cross.out().apply(picture.attend(cross.query().apply(read)), read);
            // y = norm(x'' + W_2 gelu(W_1 x'' + b_1) + b_2)
            return block.down().apply(block.up().apply(seen).gelu(), seen);
        }

        @Override
        Tensor logits(Tensor x) {
            // E norm(gelu(W x + b)) + b'
            return output.apply(transformNorm.apply(transform.apply(x).gelu()));
        }
    }
}
