package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The beam of the classic captioners: each turn takes, for each image, the K best of all continuations of its living rows. A row that takes
 * the end leaves, and the beam narrows by one. With rules words may be drawn in place of searched for: then each row goes its own way.
 *
 * @param words V and the end among them
 * @param beamWidth K, scalar
 * @param ranks 0, 1, ..., K - 1 (K)
 * @param rules none for plain search
 * @param ownRows whether each caption that is drawn has a row of its own from the first word on; else all begin in one
 */
record NarrowingSelection(
        Words words,
        Tensor beamWidth,
        Tensor ranks,
        @Nullable Rules rules,
        boolean ownRows) implements Selection {
    /** The memory is how many rows may go on (N, 1). */
    @Override
    public List<Tensor> begin(Tensor starts) {
        return List.of(beamWidth.reshape(1, 1).expandAs(starts));
    }

    @Override
    public Choice choose(Rows rows, List<Tensor> memory, Tensor turn, boolean first) {
        Algebra algebra = turn.algebra();
        Tensor width = memory.get(0); // (N, 1)

        // log p(word | picture, words before)
        Tensor logProbability = rules == null
                ? rows.logits().logSoftmax(-1)
                : rules.logProbabilities(rows.logits(), rows.words(), turn, searching(rules), words.end()); // (N, R, V)
        // score of the row so far + log p, the K best over all rows
        Tensor total = logProbability.plus(rows.score().expandDims(2)).reshape(0, -1); // (N, R * V)
        TopK best =
                rules == null ? total.topK(beamWidth) : drawnOrBest(total, logProbability, width, rules, turn, first);
        Tensor parent = best.indices().floorDividedBy(words.size()); // (N, K)
        Tensor word = best.indices().remainder(words.size()); // (N, K)

        // the beam has narrowed by the rows that have ended: only so many of the K best count
        Tensor inside =
                ranks.lessThan(width).and(algebra.scalar(BeamSearch.POSSIBLE).lessThan(best.values()));
        Tensor ended = inside.and(word.equalTo(algebra.scalar(words.end()))); // (N, K)
        Tensor alive = inside.and(ended.not()); // (N, K)
        Tensor never = algebra.scalar(BeamSearch.NEVER);
        Tensor endings = ended.to(DType.INT64).sum(true, 1); // (N, 1)
        Tensor left = width.minus(rules == null ? endings : endings.times(rules.narrowing()));
        return new Choice(
                word,
                parent,
                parent,
                inside.choose(best.values(), never),
                logProbability.reshape(0, -1).gather(1, best.indices()),
                new Next(word, parent, alive.choose(best.values(), never), List.of(left)),
                alive.any());
    }

    /** Whether this is a beam, not greedy search or drawing. */
    private Tensor searching(Rules given) {
        return beamWidth
                .algebra()
                .scalar(1L)
                .lessThan(beamWidth)
                .and(given.sampling().not());
    }

    /** The K best of the total, or, where words are drawn, one of each row: more may be drawn than there are words. */
    private TopK drawnOrBest(
            Tensor total, Tensor logProbability, Tensor width, Rules given, Tensor turn, boolean first) {
        Algebra algebra = turn.algebra();
        Tensor from = first && !ownRows ? ranks.times(algebra.scalar(0L)) : ranks; // (K)
        Tensor none = ranks.plus(width).times(algebra.scalar(0L)); // (N, K)
        Tensor index = algebra.when(given.sampling(), none, empty -> given.draw(logProbability, turn, from));
        index = algebra.when(
                given.sampling().not(), index, empty -> total.topK(beamWidth).indices());
        return new TopK(total.gather(1, index), index);
    }
}
