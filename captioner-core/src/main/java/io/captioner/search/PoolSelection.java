package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Hugging Face's beam search: one {@link Pool}.
 *
 * @param words V and the end among them
 * @param pool how it ends
 * @param rules none for plain search
 */
record PoolSelection(Words words, Pool pool, @Nullable Rules rules) implements Selection {
    @Override
    public List<Tensor> begin(Tensor starts) {
        return pool.begin(starts, Pool.oneLane(starts.algebra())).tensors();
    }

    @Override
    public Choice choose(Rows rows, List<Tensor> memory, Tensor turn, boolean first) {
        Algebra algebra = turn.algebra();
        Tensor beam = algebra.scalar(1L).lessThan(pool.beamWidth());
        Tensor logProbability = rules == null
                ? rows.logits().logSoftmax(-1)
                : rules.logProbabilities(rows.logits(), rows.words(), turn, beam, words.end()); // (N, R, V)
        Tensor total = logProbability.plus(rows.score().expandDims(2)).reshape(0, -1); // (N, R * V)
        TopK best = total.topK(pool.candidates()); // (N, C)
        return pool.choose(
                new Pool.Candidates(
                        best.values().expandDims(1),
                        best.indices().remainder(words.size()).expandDims(1),
                        best.indices().floorDividedBy(words.size()),
                        logProbability.reshape(0, -1).gather(1, best.indices())),
                Pool.Memory.of(memory),
                Pool.oneLane(algebra),
                turn,
                words.end());
    }
}
