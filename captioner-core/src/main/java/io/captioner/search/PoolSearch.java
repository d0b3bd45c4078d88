package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.nn.Algebra;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.ArrayList;
import java.util.List;

/**
 * Beam search as Hugging Face's {@code generate} does it: the beam never narrows. Each turn looks at the 2 K best continuations; those
 * among the first K that end go into a pool of the K best finished captions, the K best that do not end run on. A picture is done when its
 * pool is full and, without early stopping, no running row can beat the worst of the pool.
 *
 * <p>N images, K beam width, C = 2 K candidates, R rows of the turn (1 in the first, K after it), V words, L places, T turns made.
 */
final class PoolSearch {
    private final Decoder decoder;
    private final int vocabularySize;
    private final long start;
    private final long end;

    PoolSearch(Decoder decoder, int vocabularySize, long start, long end) {
        this.decoder = decoder;
        this.vocabularySize = vocabularySize;
        this.start = start;
        this.end = end;
    }

    /**
     * How to search.
     *
     * @param beamWidth K, scalar
     * @param maxTokens turns at most, scalar, at least 2
     * @param wordBias added to the logits (V)
     * @param lengthPenalty scalar
     * @param early whether a full pool is enough, BOOL scalar
     * @param forced ids that the caption begins with, then -1, at least T
     */
    record Settings(
            Tensor beamWidth, Tensor maxTokens, Tensor wordBias, Tensor lengthPenalty, Tensor early, Tensor forced) {}

    /**
     * @return words chosen (T, N, C), the rows they continue (T, N, C), summed log-probability (T, N, C), their own log-probability (T, N,
     *     C), attention (T, N, C, L), the candidates that run on (T, N, K), whether the picture was not done yet (T, N, 1)
     */
    List<Tensor> search(Tensor features, Settings settings) {
        Algebra algebra = features.algebra();
        Tensor anyRow = features.slice(1, 0, 1).slice(2, 0, 1).squeeze(2); // (N, 1)
        Tensor zero = algebra.constant(HostTensor.ofFloats(Shape.of(1, 1), 0f)).expandAs(anyRow); // (N, 1)
        Tensor never = ranks(algebra, settings.beamWidth())
                .to(DType.FLOAT32)
                .times(0f)
                .plus(BeamSearch.NEVER)
                .reshape(1, -1); // (1, K)
        Beam first = new Beam(
                algebra.constant(HostTensor.ofLongs(Shape.of(1, 1), start)).expandAs(anyRow),
                zero,
                zero.plus(never),
                algebra.constant(HostTensor.ofLongs(Shape.of(1, 1), 1L)).expandAs(anyRow),
                decoder.start(features));
        Choice opening = turn(first, settings, algebra.scalar(0L));

        // The first turn is made outside, so that no row is computed K times over.
        Tensor yes = algebra.constant(HostTensor.ofBooleans(Shape.of(), true));
        Algebra.Loop loop = algebra.loop(
                settings.maxTokens().minus(algebra.scalar(1L)),
                yes,
                opening.beam().tensors(),
                (iteration, state) -> {
                    Beam beam = opening.beam().with(state);
                    Choice choice = turn(beam, settings, iteration.plus(algebra.scalar(1L)));
                    Tensor open = choice.beam().open().equalTo(algebra.scalar(1L));
                    return new Turn(open.any(), choice.beam().tensors(), choice.emitted());
                });
        List<Tensor> traces = new ArrayList<>();
        for (int i = 0; i < opening.emitted().size(); i++) {
            traces.add(algebra.concat(
                    0,
                    List.of(
                            opening.emitted().get(i).expandDims(0),
                            loop.emitted().get(i))));
        }
        return traces;
    }

    private Choice turn(Beam beam, Settings settings, Tensor turn) {
        Algebra algebra = turn.algebra();
        Tensor never = algebra.scalar(BeamSearch.NEVER);
        Decoder.Step step = decoder.step(beam.tokens(), beam.state());

        // log p(word | picture, words before); of a forced word 0, and of all others then none
        Tensor free = step.logits().plus(settings.wordBias()).logSoftmax(-1); // (N, R, V)
        Tensor wanted = settings.forced().rows(turn); // scalar
        Tensor forcing = algebra.scalar(-1L).lessThan(wanted);
        Tensor only = algebra.range(vocabularySize).equalTo(wanted).choose(algebra.scalar(0f), never); // (V)
        Tensor logProbability = forcing.choose(only, free);

        // the C best over all rows, and which of them end
        Tensor total = logProbability.plus(beam.score().expandDims(2)).reshape(0, -1); // (N, R * V)
        Tensor candidates = settings.beamWidth().times(algebra.scalar(2L));
        TopK best = total.topK(candidates); // (N, C)
        Tensor parent = best.indices().floorDividedBy(vocabularySize); // (N, C)
        Tensor word = best.indices().remainder(vocabularySize); // (N, C)
        Tensor ended = word.equalTo(algebra.scalar(end)); // (N, C)

        // the pool takes those of the first K that end: score / words^penalty
        Tensor given =
                algebra.scalar(-1L).lessThan(settings.forced()).to(DType.INT64).sum(false, 0);
        Tensor words =
                turn.plus(algebra.scalar(1L)).minus(given).to(DType.FLOAT32).clamp(1f, Float.MAX_VALUE);
        Tensor divisor = words.log().times(settings.lengthPenalty()).exp(); // scalar
        Tensor inside = ranks(algebra, candidates).lessThan(settings.beamWidth()); // (C)
        Tensor possible = algebra.scalar(BeamSearch.POSSIBLE).lessThan(best.values()); // (N, C)
        Tensor finished = ended.and(inside).and(possible).and(beam.open().equalTo(algebra.scalar(1L))); // (N, C)
        Tensor pool = algebra.concat(
                        1, List.of(beam.pool(), finished.choose(best.values().dividedBy(divisor), never)))
                .topK(settings.beamWidth())
                .values(); // (N, K)

        // the K best of the others run on
        TopK running = ended.choose(never, best.values()).topK(settings.beamWidth()); // (N, K)
        Tensor from = parent.gather(1, running.indices()); // (N, K)
        List<Tensor> rows = new ArrayList<>();
        for (Tensor row : step.next().perRow()) {
            rows.add(row.gatherRows(from)); // (N, K, ...)
        }

        // done: the pool is full, and early stopping is on or no running row beats its worst
        Tensor worst = pool.slice(1, -1, Long.MAX_VALUE); // (N, 1)
        Tensor full = algebra.scalar(BeamSearch.POSSIBLE).lessThan(worst);
        Tensor hope = worst.lessThan(running.values().slice(1, 0, 1).dividedBy(divisor)); // (N, 1)
        Tensor open = beam.open()
                .equalTo(algebra.scalar(1L))
                .and(full.and(settings.early().or(hope.not())).not());
        Beam next = new Beam(
                word.gather(1, running.indices()),
                running.values(),
                pool,
                open.to(DType.INT64),
                step.next().withRows(rows));
        return new Choice(
                next,
                List.of(
                        word,
                        parent,
                        best.values(),
                        logProbability.reshape(0, -1).gather(1, best.indices()),
                        step.alpha().gatherRows(parent),
                        running.indices(),
                        beam.open()));
    }

    /** 0, 1, ..., n - 1 for an n that is known only at run time: where the n largest of a falling sequence stand. */
    private static Tensor ranks(Algebra algebra, Tensor n) {
        float[] falling = new float[2 * GenerationOptions.MAX_BEAM_WIDTH];
        for (int i = 0; i < falling.length; i++) {
            falling[i] = -i;
        }
        return algebra.constant(HostTensor.ofFloats(Shape.of(falling.length), falling))
                .topK(n)
                .indices();
    }

    /**
     * What goes from turn to turn.
     *
     * @param tokens the words just written (N, R)
     * @param score summed log-probability of each row (N, R)
     * @param pool scores of the finished captions, best first (N, K)
     * @param open 1 until the picture is done (N, 1)
     * @param state the decoder's memory
     */
    private record Beam(Tensor tokens, Tensor score, Tensor pool, Tensor open, Decoder.State state) {
        List<Tensor> tensors() {
            List<Tensor> tensors = new ArrayList<>(List.of(tokens, score, pool, open));
            tensors.addAll(state.perRow());
            return tensors;
        }

        Beam with(List<Tensor> tensors) {
            return new Beam(
                    tensors.get(0),
                    tensors.get(1),
                    tensors.get(2),
                    tensors.get(3),
                    state.withRows(tensors.subList(4, tensors.size())));
        }
    }

    private record Choice(Beam beam, List<Tensor> emitted) {}
}
