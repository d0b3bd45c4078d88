package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws captions of pictures, and writes the greedy one beside them in the same pass: what training by reward asks for in every step. It knows
 * no rules and keeps neither scores nor attention; for captions to be read use {@link SearchForm#RULES}.
 *
 * <p>Inputs: the first of {@code captions}; {@code max_tokens} INT64 (); {@code word_bias} FLOAT32 (V), added to the logits; {@code
 * temperature} FLOAT32 (); {@code drawn} BOOL (K), false for a row that takes the likeliest word; {@code noise} INT64 (T, K, 4) and {@code
 * shift} FLOAT32 (N, K), random numbers. Output: {@code tokens} INT64 (turns, N, K), the end included, then padding.
 *
 * @param captions the captioner
 */
public record SamplingProgram(CaptionProgram captions) implements Program {
    /**
     * What to write.
     *
     * @param samples captions to draw of each picture, at least 0
     * @param greedy whether the likeliest words are written too, in the row after the samples
     * @param maxTokens at most, the end included; at least 1
     * @param temperature that divides the logits, above 0
     * @param seed of what is drawn
     */
    public record Draw(int samples, boolean greedy, int maxTokens, double temperature, long seed) {
        int rows() {
            return samples + (greedy ? 1 : 0);
        }
    }

    @Override
    public List<Port> inputs() {
        return List.of(
                captions.inputs().get(0),
                new Port("max_tokens", DType.INT64, Shape.of()),
                new Port("word_bias", DType.FLOAT32, Shape.of(captions.vocabularySize())),
                new Port("temperature", DType.FLOAT32, Shape.of()),
                new Port("drawn", DType.BOOL, Shape.of(Shape.UNKNOWN)),
                new Port("noise", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, 4)),
                new Port("shift", DType.FLOAT32, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN)));
    }

    @Override
    public List<String> outputs() {
        return List.of("tokens");
    }

    /**
     * The inputs of a call. Each picture and row is drawn by itself.
     *
     * @param source of N pictures
     * @param forbidden ids never to write
     */
    public List<HostTensor> inputs(HostTensor source, Draw draw, Collection<Integer> forbidden) {
        int images = (int) source.shape().dim(0);
        int rows = draw.rows();
        boolean[] drawn = new boolean[rows];
        Arrays.fill(drawn, 0, draw.samples(), true);
        SplittableRandom random = new SplittableRandom(draw.seed());
        long[] noise =
                random.longs((long) draw.maxTokens() * rows * 4, 0, Rules.PRIME).toArray();
        float[] shift = new float[images * rows];
        for (int i = 0; i < shift.length; i++) {
            shift[i] = (float) random.nextDouble();
        }
        return List.of(
                source,
                HostTensor.scalar((long) draw.maxTokens()),
                captions.bias(forbidden),
                HostTensor.scalar((float) draw.temperature()),
                HostTensor.ofBooleans(Shape.of(rows), drawn),
                HostTensor.ofLongs(Shape.of(draw.maxTokens(), rows, 4), noise),
                HostTensor.ofFloats(Shape.of(images, rows), shift));
    }

    @Override
    public Computation bind(Parameters parameters) {
        CaptionProgram.Parts parts = captions.parts(parameters);
        return inputs -> List.of(tokens(
                parts.decoder(),
                parts.encoder().encode(inputs.get(0)),
                inputs.get(1),
                inputs.get(2),
                inputs.get(3),
                inputs.get(4),
                inputs.get(5),
                inputs.get(6)));
    }

    private Tensor tokens(
            Decoder decoder,
            Tensor features,
            Tensor maxTokens,
            Tensor bias,
            Tensor temperature,
            Tensor drawn,
            Tensor noise,
            Tensor shift) {
        Algebra algebra = features.algebra();
        Decoder.State start = decoder.start(features);
        Tensor first = shift.lessThan(shift).to(DType.INT64); // (N, K), zeros: every row begins as the picture's one
        List<Tensor> state = new ArrayList<>();
        state.add(first.plus(algebra.scalar((long) captions.special().start())));
        state.add(algebra.scalar(1L).plus(first)); // 1 while a caption goes on
        start.perRow().forEach(row -> state.add(row.gatherRows(first)));
        Tensor yes = algebra.constant(HostTensor.ofBooleans(Shape.of(), true));
        Tensor end = algebra.scalar((long) captions.special().end());
        Tensor padding = algebra.scalar((long) captions.special().padding());
        return algebra.loop(maxTokens, yes, state, (turn, before) -> {
                    Decoder.Step step = decoder.step(before.get(0), start.withRows(before.subList(2, before.size())));
                    // p(word | picture, words before)
                    Tensor p = step.logits().plus(bias).dividedBy(temperature).softmax(-1); // (N, K, V)
                    Tensor time = drawn.expandDims(1).choose(times(noise.rows(turn), shift, p), algebra.scalar(1f));
                    // of V clocks with rates p the first to ring is word v with probability p_v
                    Tensor word =
                            p.dividedBy(time).topK(algebra.scalar(1L)).indices().squeeze(2); // (N, K)
                    Tensor open = before.get(1).equalTo(algebra.scalar(1L));
                    Tensor written = open.choose(word, padding);
                    Tensor alive = open.and(word.equalTo(end).not()); // (N, K)
                    List<Tensor> after = new ArrayList<>(List.of(written, alive.to(DType.INT64)));
                    after.addAll(step.next().perRow());
                    return new Turn(alive.any(), after, List.of(written));
                })
                .emitted()
                .get(0); // (T, N, K)
    }

    /**
     * Exponentially distributed times -log u, of each picture, row and word.
     *
     * @param c coefficients of the turn (K, 4)
     * @param shift makes the numbers of a row those of a picture, (N, K)
     * @param like (N, K, V)
     */
    private static Tensor times(Tensor c, Tensor shift, Tensor like) {
        Tensor v = like.algebra().range((int) like.dim(2));
        Tensor one = like.algebra().scalar(1f);
        Tensor u = Rules.uniform(c, v).plus(shift.expandDims(2)); // (N, K, V), uniform modulo 1
        u = u.lessThan(one).choose(u, u.minus(1f));
        return u.clamp(1e-10f, 1 - 0x1p-24f).log().negate();
    }
}
