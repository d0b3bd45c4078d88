package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.nn.Algebra;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.LatentDecoder;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Beam search over the algebra; greedy search is width 1. Each turn takes, for each image, the K best of all continuations of its living
 * rows by summed log-probability. A row that takes the end leaves, and the beam narrows by one. What each turn chose is emitted; the
 * candidates are read from that afterwards. With {@link Rules} the log-probabilities are adjusted, and words may be drawn in place of searched
 * for; without, nothing of that is in the graph.
 *
 * <p>N images, K beam width, R rows of the turn (1 in the first, K after it), V words, L places, T turns made.
 */
final class BeamSearch {
    /** The score of a row that is no candidate; finite, so that no backend makes NaN of it. */
    static final float NEVER = -1e30f;

    /** Candidates score above this; {@link CaptionProgram#FORBIDDEN} words fall below it. */
    static final float POSSIBLE = -1e8f;

    private final Decoder decoder;
    private final long vocabularySize;
    private final long start;
    private final long end;

    BeamSearch(Decoder decoder, long vocabularySize, long start, long end) {
        this.decoder = decoder;
        this.vocabularySize = vocabularySize;
        this.start = start;
        this.end = end;
    }

    /**
     * @param features (N, L, D)
     * @param latent of each row that the search begins with (N, R, Z): one, or one for each caption that is drawn; none where the decoder has
     *     none
     * @param beamWidth K, scalar
     * @param maxTokens turns at most, scalar; at least two are made
     * @param wordBias added to the logits, (V)
     * @param rules none for plain search
     */
    Traces search(
            Tensor features,
            @Nullable Tensor latent,
            Tensor beamWidth,
            Tensor maxTokens,
            Tensor wordBias,
            @Nullable Rules rules) {
        Algebra algebra = features.algebra();
        Tensor ranks = ranks(algebra, beamWidth); // (K)
        Call call = new Call(beamWidth, ranks, wordBias, rules);
        Tensor anyRow = latent == null
                ? features.slice(1, 0, 1).slice(2, 0, 1).squeeze(2) // (N, 1)
                : latent.slice(2, 0, 1).squeeze(2); // (N, R)
        Tensor starts =
                algebra.constant(HostTensor.ofLongs(Shape.of(1, 1), start)).expandAs(anyRow); // (N, 1) or (N, R)
        Beam first = new Beam(
                starts,
                algebra.constant(HostTensor.ofFloats(Shape.of(1, 1), 0f)).expandAs(anyRow),
                beamWidth.reshape(1, 1).expandAs(anyRow.slice(1, 0, 1)),
                rules == null ? List.of() : List.of(rules.begin(starts).words()),
                latent == null ? decoder.start(features) : ((LatentDecoder) decoder).start(features, latent));
        // drawn captions that have latents of their own are rows of their own from the first word on
        Tensor firstRow = latent == null ? ranks.times(algebra.scalar(0L)) : ranks; // (K)
        Choice opening = turn(first, call, algebra.scalar(0L), firstRow);

        // The first turn is made outside, so that no row is computed K times over; one more always follows, so that
        // there is something
        // to stack.
        Tensor yes = algebra.constant(HostTensor.ofBooleans(Shape.of(), true));
        Algebra.Loop loop = algebra.loop(
                maxTokens.minus(algebra.scalar(1L)), yes, opening.beam().tensors(), (iteration, state) -> {
                    Tensor turn = iteration.plus(algebra.scalar(1L));
                    Choice choice = turn(opening.beam().with(state), call, turn, ranks);
                    List<Tensor> emitted = new ArrayList<>(choice.emitted());
                    emitted.add(turn);
                    return new Turn(choice.alive().any(), choice.beam().tensors(), emitted);
                });

        List<Tensor> traces = new ArrayList<>();
        List<Tensor> heads = new ArrayList<>(opening.emitted());
        heads.add(algebra.scalar(0L));
        for (int i = 0; i < heads.size(); i++) {
            traces.add(algebra.concat(
                    0, List.of(heads.get(i).expandDims(0), loop.emitted().get(i))));
        }
        return new Traces(
                traces.get(0), traces.get(1), traces.get(2), traces.get(3), traces.get(4), traces.get(5), ranks);
    }

    /** @param drawn row that each of the K drawn rows continues (K) */
    private Choice turn(Beam beam, Call call, Tensor turn, Tensor drawn) {
        Algebra algebra = turn.algebra();
        Rules rules = call.rules();
        Decoder.Step step = decoder.step(beam.tokens(), beam.state());

        // log p(word | picture, words before)
        Tensor logits = step.logits().plus(call.wordBias()); // (N, R, V)
        Tensor logProbability = rules == null
                ? logits.logSoftmax(-1)
                : rules.logProbabilities(logits, beam.history(turn, rules), turn, call.beamWidth(), end);
        // score of the row so far + log p, the K best over all rows
        Tensor total = logProbability.plus(beam.score().expandDims(2)).reshape(0, -1); // (N, R * V)
        TopK best = rules == null
                ? total.topK(call.beamWidth())
                : chosen(total, logProbability, beam, call, rules, turn, drawn);
        Tensor parent = best.indices().floorDividedBy(vocabularySize); // (N, K)
        Tensor word = best.indices().remainder(vocabularySize); // (N, K)

        // the beam has narrowed by the rows that have ended: only so many of the K best count
        Tensor inside =
                call.ranks().lessThan(beam.width()).and(algebra.scalar(POSSIBLE).lessThan(best.values())); // (N, K)
        Tensor ended = inside.and(word.equalTo(algebra.scalar(end))); // (N, K)
        Tensor living = inside.and(ended.not()); // (N, K)
        Tensor alive = rules == null ? living : rules.goOn(living, call.ranks());
        Tensor never = algebra.scalar(NEVER);

        List<Tensor> rows = new ArrayList<>();
        for (Tensor row : step.next().perRow()) {
            rows.add(row.gatherRows(parent)); // (N, K, ...)
        }
        Tensor endings = ended.to(DType.INT64).sum(true, 1); // (N, 1)
        Beam next = new Beam(
                word,
                alive.choose(best.values(), never),
                beam.width().minus(rules == null ? endings : endings.times(rules.narrowing())),
                rules == null ? List.of() : List.of(rules.append(beam.history().get(0), turn, parent, word)),
                step.next().withRows(rows));
        return new Choice(
                next,
                alive,
                List.of(
                        word,
                        parent,
                        inside.choose(best.values(), never),
                        logProbability.reshape(0, -1).gather(1, best.indices()),
                        step.alpha().gatherRows(parent)));
    }

    /** The K best of the total, or, where words are drawn, one of each row: more may be drawn than there are words. */
    private static TopK chosen(
            Tensor total, Tensor logProbability, Beam beam, Call call, Rules rules, Tensor turn, Tensor drawn) {
        Algebra algebra = turn.algebra();
        Tensor none = call.ranks().plus(beam.width()).times(algebra.scalar(0L)); // (N, K)
        Tensor index = algebra.when(rules.sampling(), none, empty -> rules.draw(logProbability, turn, drawn));
        index = algebra.when(
                rules.sampling().not(),
                index,
                empty -> total.topK(call.beamWidth()).indices());
        return new TopK(total.gather(1, index), index);
    }

    /** 0, 1, ..., K - 1 for a K that is known only at run time: where the K largest of a falling sequence stand. */
    private static Tensor ranks(Algebra algebra, Tensor beamWidth) {
        float[] falling = new float[GenerationOptions.MAX_BEAM_WIDTH];
        for (int i = 0; i < falling.length; i++) {
            falling[i] = -i;
        }
        return algebra.constant(HostTensor.ofFloats(Shape.of(falling.length), falling))
                .topK(beamWidth)
                .indices();
    }

    /**
     * What a search leaves behind.
     *
     * @param tokens words chosen (T, N, K)
     * @param parents rows they continue (T, N, K)
     * @param scores summed log-probability (T, N, K), {@link #NEVER} where there is no candidate
     * @param logProbabilities of the words chosen (T, N, K)
     * @param attention with which they were chosen (T, N, K, L)
     * @param turns 0, 1, ..., T - 1 (T)
     * @param ranks 0, 1, ..., K - 1 (K)
     */
    record Traces(
            Tensor tokens,
            Tensor parents,
            Tensor scores,
            Tensor logProbabilities,
            Tensor attention,
            Tensor turns,
            Tensor ranks) {}

    /**
     * What goes from turn to turn.
     *
     * @param tokens the words just written (N, R)
     * @param score summed log-probability of each row (N, R), {@link #NEVER} where it has ended
     * @param width how many rows may go on (N, 1)
     * @param history the words so far (N, R, T), where rules look at them
     * @param state the decoder's memory
     */
    private record Beam(Tensor tokens, Tensor score, Tensor width, List<Tensor> history, Decoder.State state) {
        List<Tensor> tensors() {
            List<Tensor> tensors = new ArrayList<>(List.of(tokens, score, width));
            tensors.addAll(history);
            tensors.addAll(state.perRow());
            return tensors;
        }

        Processors.History history(Tensor turn, Rules rules) {
            Tensor length = turn.plus(turn.algebra().scalar(1L)); // the start is one
            return new Processors.History(history.get(0), length, rules.positions());
        }

        Beam with(List<Tensor> tensors) {
            int rows = 3 + history.size();
            return new Beam(
                    tensors.get(0),
                    tensors.get(1),
                    tensors.get(2),
                    tensors.subList(3, rows),
                    state.withRows(tensors.subList(rows, tensors.size())));
        }
    }

    /** What is the same in every turn. */
    private record Call(
            Tensor beamWidth,
            Tensor ranks,
            Tensor wordBias,
            @Nullable Rules rules) {}

    /**
     * What a turn chose.
     *
     * @param beam the next turn's
     * @param alive rows that go on (N, K)
     * @param emitted word, parent row, score, log-probability (N, K), attention (N, K, L)
     */
    private record Choice(Beam beam, Tensor alive, List<Tensor> emitted) {}
}
