package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import io.captioner.search.Selection.Choice;
import io.captioner.search.Selection.Next;
import java.util.List;

/**
 * How a beam search ends, as Hugging Face's {@code generate} has it: each turn leaves the 2 K best continuations; those among the first K
 * that end go into a pool of the K best finished captions, the K best that do not end run on, so that the beam never narrows. An image is done
 * when its pool is full and, without early stopping, no row under way can beat the worst of the pool. The beam that narrows is here, too.
 *
 * <p>J lanes, each a beam of its own of K rows, C = 2 K candidates: 1, or one for each bank of {@link BankSelection}, where the last alone ends.
 *
 * @param beamWidth K, scalar
 * @param lengthPenalty exponent of the length that divides a finished score, scalar
 * @param beamEnd ordinal of {@link io.captioner.GenerationOptions.BeamEnd}, scalar
 * @param given words of the prefix, which do not count in the length, scalar
 * @param limit turns at most, scalar
 */
record Pool(Tensor beamWidth, Tensor lengthPenalty, Tensor beamEnd, Tensor given, Tensor limit) {
    static List<Port> ports() {
        return List.of(
                new Port("length_penalty", DType.FLOAT32, Shape.of()),
                new Port("beam_end", DType.INT64, Shape.of()),
                new Port("given", DType.INT64, Shape.of()),
                new Port("limit", DType.INT64, Shape.of()));
    }

    /** @param inputs in the order of {@link #ports} */
    static Pool of(Tensor beamWidth, List<Tensor> inputs) {
        return new Pool(beamWidth, inputs.get(0), inputs.get(1), inputs.get(2), inputs.get(3));
    }

    /**
     * What is remembered.
     *
     * @param at candidate of the turn before that each row is, INT64 (N, R)
     * @param finished scores of the finished captions, best first (N, K)
     * @param width of each lane, K unless it narrows, INT64 (N, J)
     * @param open 1 until the image is done, INT64 (N, 1)
     */
    record Memory(Tensor at, Tensor finished, Tensor width, Tensor open) {
        static final int SIZE = 4;

        static Memory of(List<Tensor> tensors) {
            return new Memory(tensors.get(0), tensors.get(1), tensors.get(2), tensors.get(3));
        }

        List<Tensor> tensors() {
            return List.of(at, finished, width, open);
        }
    }

    /**
     * Candidates, those of a lane best first.
     *
     * @param score summed log-probability (N, J, C)
     * @param word (N, J, C)
     * @param parent row that each continues (N, J * C)
     * @param logProbability of the word alone (N, J * C)
     */
    record Candidates(Tensor score, Tensor word, Tensor parent, Tensor logProbability) {}

    /** 2 K. */
    Tensor candidates() {
        return beamWidth.times(beamWidth.algebra().scalar(2L));
    }

    /**
     * @param starts (N, 1)
     * @param lanes 0, 1, ..., J - 1 (J)
     */
    Memory begin(Tensor starts, Tensor lanes) {
        Algebra algebra = starts.algebra();
        Tensor zero = starts.times(algebra.scalar(0L)); // (N, 1)
        Tensor ranks = BeamSearch.ranks(algebra, beamWidth); // (K)
        return new Memory(
                zero,
                zero.plus(ranks).to(DType.FLOAT32).times(0f).plus(BeamSearch.NEVER), // (N, K)
                zero.plus(lanes).times(algebra.scalar(0L)).plus(beamWidth), // (N, J)
                zero.plus(algebra.scalar(1L)));
    }

    /** The only lane. */
    static Tensor oneLane(Algebra algebra) {
        return algebra.constant(HostTensor.ofLongs(Shape.of(1), 0L));
    }

    /**
     * @param lanes 0, 1, ..., J - 1 (J)
     * @param end id
     * @return with the tensors of the {@link Memory} as what is remembered
     */
    Choice choose(Candidates found, Memory memory, Tensor lanes, Tensor turn, long end) {
        Algebra algebra = turn.algebra();
        Tensor never = algebra.scalar(BeamSearch.NEVER);
        Tensor one = algebra.scalar(1L);
        Tensor possible = algebra.scalar(BeamSearch.POSSIBLE);
        Tensor narrows = beamEnd.equalTo(algebra.scalar(0L)); // scalar
        Tensor isOpen = memory.open().equalTo(one); // (N, 1)

        // the first of each lane count, as many as it is wide
        Tensor ranks = BeamSearch.ranks(algebra, candidates()); // (C)
        Tensor inside = ranks.lessThan(memory.width().expandDims(2))
                .and(possible.lessThan(found.score()))
                .and(isOpen.expandDims(2)); // (N, J, C)
        Tensor ends = found.word().equalTo(algebra.scalar(end)); // (N, J, C)
        Tensor finished = inside.and(ends);

        // the pool takes what has finished: score / words^penalty
        Tensor length = words(turn.plus(one)); // scalar
        Tensor divisor = length.log().times(lengthPenalty).exp(); // scalar
        Tensor offered =
                finished.choose(found.score().dividedBy(divisor), never).reshape(0, -1); // (N, J * C)
        Tensor pool = algebra.concat(1, List.of(memory.finished(), offered))
                .topK(beamWidth)
                .values(); // (N, K)

        // the K best of each lane that do not end run on; of a beam that narrows, those inside
        Tensor living = ends.not().and(narrows.not().or(inside)); // (N, J, C)
        TopK running = living.choose(found.score(), never).topK(beamWidth); // (N, J, K)
        Tensor from =
                running.indices().plus(lanes.reshape(-1, 1).times(candidates())).reshape(0, -1); // (N, J * K)
        Tensor left = finished.to(DType.INT64).sum(false, 2); // (N, J)
        Tensor width = memory.width().minus(narrows.choose(left, algebra.scalar(0L)));

        // done: nothing runs; or the pool is full, and that is enough or no running row beats its worst
        Tensor best = running.values().reshape(0, -1).max(true, 1); // (N, 1)
        Tensor worst = pool.slice(1, -1, Long.MAX_VALUE); // (N, 1)
        Tensor full = possible.lessThan(worst);
        Tensor hopeless = worst.lessThan(best.dividedBy(reach(divisor))).not(); // (N, 1)
        Tensor early = beamEnd.equalTo(algebra.scalar(1L));
        Tensor narrowed =
                algebra.scalar(0L).lessThan(width.lessThan(one).to(DType.INT64).sum(true, 1)); // (N, 1)
        Tensor done = narrows.choose(narrowed, full.and(early.or(hopeless)))
                .or(possible.lessThan(best).not());
        Tensor open = isOpen.and(done.not()).and(turn.plus(one).lessThan(limit)); // (N, 1)

        Tensor word = found.word().reshape(0, -1); // (N, J * C)
        Memory next = new Memory(from, pool, width, open.to(DType.INT64));
        return new Choice(
                word,
                found.parent(),
                memory.at().gather(1, found.parent()),
                inside.choose(found.score(), never).reshape(0, -1),
                found.logProbability(),
                new Next(
                        word.gather(1, from),
                        found.parent().gather(1, from),
                        running.values().reshape(0, -1),
                        next.tensors()),
                open.any());
    }

    /** What divides the best score that a row under way may still reach: by its present length, or the most favourable one. */
    private Tensor reach(Tensor divisor) {
        Algebra algebra = divisor.algebra();
        Tensor exhaustive =
                beamEnd.equalTo(algebra.scalar(3L)).and(algebra.scalar(0f).lessThan(lengthPenalty));
        Tensor longest = words(limit).log().times(lengthPenalty).exp();
        return exhaustive.choose(longest, divisor);
    }

    /** Words after the prefix, 1 at least, FLOAT32 scalar. */
    private Tensor words(Tensor turns) {
        return turns.minus(given).to(DType.FLOAT32).clamp(1f, Float.MAX_VALUE);
    }
}
