package io.captioner.model;

import io.captioner.model.TransformerDecoder.Activation;
import io.captioner.model.TransformerDecoder.Norm;
import io.captioner.nn.Algebra;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A layer of {@link TransformerDecoder}: Vaswani et al. 2017, section 3.1. T words of R rows of N pictures, W width, L places.
 *
 * @param words masked attention over the words
 * @param places attention over the places
 */
record TransformerLayer(
        Heads heads,
        Linear words,
        Linear wordsOut,
        Linear placeQuery,
        Linear placeKeys,
        Linear placesOut,
        Linear widen,
        Linear narrow,
        List<LayerNorm> norms,
        TransformerDecoder settings) {
    private static final float EPSILON = 1e-5f;

    static TransformerLayer of(TransformerDecoder settings, Parameters parameters) {
        int width = settings.width();
        Projections self = Projections.of(parameters.scope("self_attn"), width);
        Projections cross = Projections.of(parameters.scope("multihead_attn"), width);
        return new TransformerLayer(
                new Heads(settings.heads(), width / settings.heads()),
                self.all(),
                self.out(),
                cross.query(),
                cross.keyAndValue(),
                cross.out(),
                Linear.of(parameters.scope("linear1"), width, settings.feedForward()),
                Linear.of(parameters.scope("linear2"), settings.feedForward(), width),
                List.of(
                        LayerNorm.of(parameters.scope("norm1"), width, EPSILON),
                        LayerNorm.of(parameters.scope("norm2"), width, EPSILON),
                        LayerNorm.of(parameters.scope("norm3"), width, EPSILON)),
                settings);
    }

    /** Keys and values; @param keys (..., heads, K, d); @param values (..., heads, K, d) */
    record Memory(Tensor keys, Tensor values) {}

    /**
     * @param x (N, R, T, W)
     * @param words keys and values of all words so far (N, R, heads, T', d)
     * @param alpha over the places, mean of the heads (N, R * T, L)
     */
    record Passed(Tensor x, Memory words, Tensor alpha) {}

    /** Keys and values of the places, once per picture: memory (N, L, W) to (N, heads, L, d) each. */
    Memory places(Tensor memory) {
        List<Tensor> both = placeKeys.apply(memory).split(-1, 2); // (N, L, W) each
        return new Memory(heads.divide(both.get(0)), heads.divide(both.get(1)));
    }

    /**
     * T further words.
     *
     * @param x (N, R, T, W)
     * @param before keys and values of the words before them, none at a caption's start
     * @param places what {@link #places} gave
     * @param mask (T, T) added to the scores of these words among each other, none for one word
     */
    Passed apply(Tensor x, @Nullable Memory before, Memory places, @Nullable Tensor mask) {
        Memory[] words = new Memory[1];
        Tensor[] alpha = new Tensor[1];
        // x = x + attention(x, x, x)
        Tensor y = part(x, 0, in -> {
            List<Tensor> qkv = this.words.apply(in).split(-1, 3); // (N, R, T, W) each
            words[0] = after(before, heads.divideRows(qkv.get(1)), heads.divideRows(qkv.get(2)));
            Heads.Looked looked = heads.look(heads.divideRows(qkv.get(0)), words[0].keys(), words[0].values(), mask);
            return wordsOut.apply(heads.joinRows(looked.values())); // (N, R, T, W)
        });
        // x = x + attention(x, a, a): all words of a picture's rows share its places
        y = part(y, 1, in -> {
            Tensor query = placeQuery.apply(in).reshape(0, -1, settings.width()); // (N, R * T, W)
            Heads.Looked looked = heads.look(heads.divide(query), places.keys(), places.values(), null);
            alpha[0] = looked.alpha().mean(false, 1); // (N, R * T, L)
            long steps = x.dim(2);
            return placesOut.apply(heads.join(looked.values())).reshape(0, -1, steps, settings.width());
        });
        // x = x + W_2 relu(W_1 x + b_1) + b_2, or gelu for relu
        y = part(y, 2, in -> {
            Tensor wide = widen.apply(in);
            Tensor bent = settings.activation() == Activation.RELU ? wide.relu() : wide.gelu();
            return narrow.apply(bent.dropout((float) settings.dropout()));
        });
        return new Passed(y, words[0], alpha[0]);
    }

    /** norm(x + part(x)), or x + part(norm(x)). */
    private Tensor part(Tensor x, int index, UnaryOperator<Tensor> part) {
        LayerNorm norm = norms.get(index);
        float dropout = (float) settings.dropout();
        return settings.norm() == Norm.POST
                ? norm.apply(x.plus(part.apply(x).dropout(dropout)))
                : x.plus(part.apply(norm.apply(x)).dropout(dropout));
    }

    private static Memory after(@Nullable Memory before, Tensor keys, Tensor values) {
        if (before == null) {
            return new Memory(keys, values);
        }
        Algebra algebra = keys.algebra();
        return new Memory(
                algebra.concat(3, List.of(before.keys(), keys)), algebra.concat(3, List.of(before.values(), values)));
    }
}
