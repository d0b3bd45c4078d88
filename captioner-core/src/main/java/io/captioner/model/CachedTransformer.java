package io.captioner.model;

import io.captioner.model.TransformerDecoder.Norm;
import io.captioner.model.TransformerDecoder.Positions;
import io.captioner.model.TransformerLayer.Memory;
import io.captioner.model.TransformerLayer.Passed;
import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.ShapeException;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link TransformerDecoder} with its weights. Per picture: keys and values of the places, for each layer. Per row: the position of the next
 * word (N, R) and, from the first word on, keys and values of the words so far (N, R, heads, t, d), for each layer.
 */
final class CachedTransformer implements Decoder {
    private static final float EPSILON = 1e-5f;

    /** Added to a score, it leaves nothing of it after the softmax; finite, so that no backend makes NaN of it. */
    private static final float HIDDEN = -1e9f;

    private final TransformerDecoder settings;
    private final Linear projection; // D to W
    private final Embedding embedding; // (V, W)
    private final Tensor positions; // (P, W)
    private final List<TransformerLayer> layers;
    private final @Nullable NormLayer last;
    private final Linear output; // W to V

    CachedTransformer(TransformerDecoder settings, Parameters parameters, int encoderSize, int vocabularySize) {
        this.settings = settings;
        int width = settings.width();
        projection = Linear.of(parameters.scope("visual_projection"), encoderSize, width);
        // A shared weight must suit the logits; else as PyTorch does.
        Initializer vectors = Initializer.normal(settings.tiedOutput() ? (float) (1 / Math.sqrt(width)) : 1f);
        embedding = Embedding.of(parameters.scope("embedding"), vocabularySize, width, vectors);
        positions = settings.positions() == Positions.LEARNED
                ? parameters.scope("position").parameter("weight", Shape.of(settings.maxTokens(), width), vectors)
                : parameters.algebra().constant(TransformerDecoder.sinusoids(settings.maxTokens(), width));
        Parameters transformer = parameters.scope("transformer");
        layers = new ArrayList<>();
        for (int i = 0; i < settings.layers(); i++) {
            layers.add(TransformerLayer.of(settings, transformer.scope("layers." + i)));
        }
        last = settings.norm() == Norm.PRE ? NormLayer.of(transformer.scope("norm"), width, EPSILON) : null;
        Parameters fc = parameters.scope("fc");
        Initializer initial = Initializer.fanIn(width);
        output = new Linear(
                settings.tiedOutput()
                        ? embedding.weight()
                        : fc.parameter("weight", Shape.of(vocabularySize, width), initial),
                fc.parameter("bias", Shape.of(vocabularySize), Initializer.ZEROS));
    }

    @Override
    public State start(Tensor features) {
        Tensor memory = projection.apply(features); // (N, L, W)
        List<Tensor> perImage = new ArrayList<>();
        for (TransformerLayer layer : layers) {
            Memory places = layer.places(memory);
            perImage.add(places.keys()); // (N, heads, L, d)
            perImage.add(places.values()); // (N, heads, L, d)
        }
        Tensor any = features.slice(1, 0, 1).slice(2, 0, 1).squeeze(2); // (N, 1)
        return new State(perImage, List.of(RecurrentDecoder.zerosLike(any).to(DType.INT64)));
    }

    @Override
    public Step step(Tensor tokens, State state) {
        Algebra algebra = tokens.algebra();
        Tensor position = state.perRow().get(0); // (N, R)
        // x_0 = w + p_t
        Tensor x = embedding.apply(tokens).plus(positions.rows(position)); // (N, R, W)
        List<Tensor> rows = new ArrayList<>();
        Tensor end = algebra.scalar(settings.maxTokens() - 1L);
        rows.add(position.lessThan(end).choose(position.plus(algebra.scalar(1L)), end));
        Result result = pass(x.expandDims(2), state, null, rows);
        return new Step(result.logits().squeeze(2), state.withRows(rows), result.alpha()); // (N, R, V), ..., (N, R, L)
    }

    @Override
    public Rollout teacherForced(Tensor features, Tensor captions) {
        long steps = captions.dim(2) - 1;
        if (steps < 1 || steps > settings.maxTokens()) {
            throw new ShapeException("captions are " + captions.shape()
                    + "; they must be (N, R, T) with T known, at least 2 and at most " + (settings.maxTokens() + 1)
                    + " for a decoder of " + settings.maxTokens() + " positions");
        }
        // All words at once; none sees what comes after it.
        Tensor x = embedding.apply(captions.slice(2, 0, steps)).plus(positions.slice(0, 0, steps)); // (N, R, T - 1, W)
        Tensor mask = captions.algebra().constant(causal((int) steps));
        Result result = pass(x, start(features), mask, new ArrayList<>());
        return new Rollout(result.logits(), result.alpha().reshape(0, -1, steps, features.dim(1)));
    }

    /** Score of word i for word j: hidden where j comes after i. */
    private static HostTensor causal(int steps) {
        float[] values = new float[steps * steps];
        for (int i = 0; i < steps; i++) {
            for (int j = i + 1; j < steps; j++) {
                values[i * steps + j] = HIDDEN;
            }
        }
        return HostTensor.ofFloats(Shape.of(steps, steps), values);
    }

    /** @param logits (N, R, T, V); @param alpha (N, R * T, L) */
    private record Result(Tensor logits, Tensor alpha) {}

    /** Through all layers; what they have to remember is added to {@code rows}. */
    private Result pass(Tensor words, State state, @Nullable Tensor mask, List<Tensor> rows) {
        List<Tensor> before = state.perRow().subList(1, state.perRow().size());
        Tensor x = words.dropout((float) settings.dropout()); // (N, R, T, W)
        Tensor alpha = x;
        for (int i = 0; i < layers.size(); i++) {
            Memory places =
                    new Memory(state.perImage().get(2 * i), state.perImage().get(2 * i + 1));
            Memory soFar = before.isEmpty() ? null : new Memory(before.get(2 * i), before.get(2 * i + 1));
            Passed passed = layers.get(i).apply(x, soFar, places, mask);
            x = passed.x();
            alpha = passed.alpha();
            rows.add(passed.words().keys());
            rows.add(passed.words().values());
        }
        // y = W_o x + b_o
        return new Result(output.apply(last == null ? x : last.apply(x)), alpha);
    }
}
