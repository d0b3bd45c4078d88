package io.captioner.model;

import io.captioner.nn.Algebra;
import io.captioner.nn.Decoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Transformer decoder with a cache: what is the same in Hugging Face's language models. One code serves a step, which sees one word and
 * the cached keys and values of those before, and teacher forcing, which sees all words and a mask.
 *
 * <p>N images, R rows, T words (1 in a step), t words before, D size, d size of a head. The state of an image is its keys and values
 * (N, heads, L, d) of each layer; that of a row is the position of its next word (N, R), then keys and values (N, R, heads, t, d) of each
 * layer, which are not there before the first word.
 */
abstract class PretrainedDecoder implements Decoder {
    private final Heads heads;
    private final int layers;

    PretrainedDecoder(int layers, Heads heads) {
        this.layers = layers;
        this.heads = heads;
    }

    /** Words (N, R, T) at positions of that shape or (T) to vectors (N, R, T, D). */
    abstract Tensor embed(Tensor tokens, Tensor positions);

    /** What a layer reads of the picture (N, L, D'): keys and values (N, L, D). */
    abstract List<Tensor> keysAndValues(int layer, Tensor features);

    /** One layer, (N, R, T, D) to (N, R, T, D). */
    abstract Tensor layer(int layer, Tensor x, Words words, Picture picture);

    /** (N, R, T, D) to (N, R, T, V). */
    abstract Tensor logits(Tensor x);

    /** Attention over the words so far: queries, keys and values (N, R, T, D) to contexts (N, R, T, D). */
    interface Words {
        Tensor attend(Tensor queries, Tensor keys, Tensor values);
    }

    /** Attention over the picture: queries (N, R, T, D) to contexts (N, R, T, D). */
    interface Picture {
        Tensor attend(Tensor queries);
    }

    @Override
    public final State start(Tensor features) {
        List<Tensor> picture = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            keysAndValues(layer, features).forEach(both -> picture.add(heads.divide(both))); // (N, heads, L, d)
        }
        Tensor anyRow = features.slice(1, 0, 1).slice(2, 0, 1).squeeze(2); // (N, 1)
        Tensor zero = features.algebra().constant(HostTensor.ofLongs(Shape.of(1, 1), 0L));
        return new State(picture, List.of(zero.expandAs(anyRow)));
    }

    @Override
    public final Step step(Tensor tokens, State state) {
        Tensor position = state.perRow().get(0); // (N, R)
        Pass pass = pass(tokens.expandDims(2), position.expandDims(2), state, null);
        List<Tensor> rows = new ArrayList<>();
        rows.add(position.plus(tokens.algebra().scalar(1L)));
        rows.addAll(pass.caches());
        return new Step(
                pass.logits().squeeze(2), state.withRows(rows), pass.alpha().squeeze(2));
    }

    @Override
    public final Rollout teacherForced(Tensor features, Tensor captions) {
        Algebra algebra = captions.algebra();
        int steps = (int) captions.dim(2) - 1;
        Pass pass = pass(captions.slice(2, 0, steps), algebra.range(steps), start(features), causal(algebra, steps));
        return new Rollout(pass.logits(), pass.alpha());
    }

    /** 0 where a word may look, on itself and those before it, and far below any score elsewhere (T, T). */
    private static Tensor causal(Algebra algebra, int steps) {
        float[] mask = new float[steps * steps];
        for (int from = 0; from < steps; from++) {
            for (int to = from + 1; to < steps; to++) {
                mask[from * steps + to] = -1e9f;
            }
        }
        return algebra.constant(HostTensor.ofFloats(Shape.of(steps, steps), mask));
    }

    /**
     * @param logits (N, R, T, V)
     * @param caches keys and values of each layer (N, R, heads, t + T, d)
     * @param alpha over the places, of the last layer and the mean of its heads (N, R, T, L)
     */
    private record Pass(Tensor logits, List<Tensor> caches, Tensor alpha) {}

    private Pass pass(Tensor tokens, Tensor positions, State state, @Nullable Tensor mask) {
        List<Tensor> caches = new ArrayList<>();
        List<Tensor> alphas = new ArrayList<>();
        Tensor x = embed(tokens, positions); // (N, R, T, D)
        for (int layer = 0; layer < layers; layer++) {
            int keysAt = 2 * layer;
            x = layer(
                    layer,
                    x,
                    (queries, keys, values) -> {
                        Tensor allKeys = cached(state, keysAt, heads.divideRows(keys)); // (N, R, heads, t + T, d)
                        Tensor allValues = cached(state, keysAt + 1, heads.divideRows(values));
                        caches.add(allKeys);
                        caches.add(allValues);
                        return heads.joinRows(heads.look(heads.divideRows(queries), allKeys, allValues, mask)
                                .values());
                    },
                    queries -> {
                        long words = queries.dim(2);
                        // Rows of an image share its keys: all words of all rows ask at once.
                        Tensor asked = heads.divide(queries.reshape(0, -1, queries.dim(3))); // (N, heads, R * T, d)
                        Tensor keys = state.perImage().get(keysAt); // (N, heads, L, d)
                        Heads.Looked looked =
                                heads.look(asked, keys, state.perImage().get(keysAt + 1), null);
                        alphas.add(looked.alpha().mean(false, 1).reshape(0, -1, words, keys.dim(2))); // (N, R, T, L)
                        return heads.join(looked.values()).reshape(0, -1, words, queries.dim(3));
                    });
        }
        return new Pass(logits(x), caches, alphas.get(alphas.size() - 1));
    }

    private static Tensor cached(State state, int index, Tensor now) {
        List<Tensor> rows = state.perRow();
        return rows.size() == 1 ? now : now.algebra().concat(3, List.of(rows.get(1 + index), now));
    }
}
