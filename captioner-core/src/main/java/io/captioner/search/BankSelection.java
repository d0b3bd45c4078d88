package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import java.util.ArrayList;
import java.util.List;

/**
 * Beam search for captions that say certain words: constrained beam search (Anderson et al. 2017) with the states of its machine joined by how
 * many words are still missing, as in grid beam search (Hokamp and Liu 2017). Each constraint has alternatives, words or phrases, of which one
 * must occur. B banks, each a beam of K rows: a row in bank b lacks B - 1 - b words, and only in the last bank may a caption end. So rows that
 * have said their words never compete with rows that have not, and the last bank is filled after B - 1 words at the latest.
 *
 * <p>N images, R = B K rows, Q candidates looked at for each row, M = R Q, A alternatives of W words, C constraints, U different words.
 *
 * @param words V and the end among them
 * @param pool of the last bank: its beam width is K
 * @param rules that hold, too
 * @param banks 0, 1, ..., B - 1 (B)
 * @param rows 0, 1, ..., R - 1 (R)
 * @param wanted the U words (U)
 * @param unwanted added to scores, {@link BeamSearch#NEVER} for the words wanted and 0 for others, FLOAT32 (V)
 * @param alternatives words of each, then at least one -1 (A, W + 1)
 * @param sizes how many words each has, FLOAT32 (A)
 * @param constraints 1 where an alternative is of a constraint, INT64 (A, C)
 */
record BankSelection(
        Words words,
        Pool pool,
        Rules rules,
        Tensor banks,
        Tensor rows,
        Tensor wanted,
        Tensor unwanted,
        Tensor alternatives,
        Tensor sizes,
        Tensor constraints)
        implements Selection {
    private static final float FAR = 1e6f;

    static List<Port> ports(int vocabularySize) {
        return List.of(
                new Port("banks", DType.INT64, Shape.of(Shape.UNKNOWN)),
                new Port("bank_rows", DType.INT64, Shape.of(Shape.UNKNOWN)),
                new Port("must_words", DType.INT64, Shape.of(Shape.UNKNOWN)),
                new Port("must_bias", DType.FLOAT32, Shape.of(vocabularySize)),
                new Port("must_phrases", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN)),
                new Port("must_sizes", DType.FLOAT32, Shape.of(Shape.UNKNOWN)),
                new Port("must_constraints", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN)));
    }

    /** @param inputs in the order of {@link #ports} */
    static BankSelection of(Words words, Pool pool, Rules rules, List<Tensor> inputs) {
        return new BankSelection(
                words,
                pool,
                rules,
                inputs.get(0),
                inputs.get(1),
                inputs.get(2),
                inputs.get(3),
                inputs.get(4),
                inputs.get(5),
                inputs.get(6));
    }

    /** The memory is the pool's; how many words of each alternative have just been written (N, R, A); the constraints met (N, R, C). */
    @Override
    public List<Tensor> begin(Tensor starts) {
        Tensor none = starts.algebra().scalar(0L);
        Tensor zero = starts.times(none).expandDims(2); // (N, 1, 1)
        List<Tensor> memory = new ArrayList<>(pool.begin(starts, banks).tensors());
        memory.add(zero.plus(sizes.to(DType.INT64).times(none))); // (N, 1, A)
        memory.add(zero.plus(constraints.slice(0, 0, 1).squeeze(0).times(none))); // (N, 1, C)
        return memory;
    }

    @Override
    public Choice choose(Rows given, List<Tensor> memory, Tensor turn, boolean first) {
        Algebra algebra = turn.algebra();
        Tensor never = algebra.scalar(BeamSearch.NEVER);
        Tensor beam = algebra.scalar(1L).lessThan(pool.beamWidth());
        Tensor logProbability =
                rules.logProbabilities(given.logits(), given.words(), turn, beam, words.end()); // (N, R, V)
        Tensor total = logProbability.plus(given.score().expandDims(2)); // (N, R, V)

        // of each row: the words wanted, and the 2 K best of the others; more of a row cannot be chosen
        Tensor progress = memory.get(Pool.Memory.SIZE); // (N, R, A)
        Tensor zero = progress.slice(2, 0, 1).times(algebra.scalar(0L)); // (N, R, 1)
        Tensor theirs = zero.plus(wanted); // (N, R, U)
        TopK others = total.plus(unwanted).topK(pool.candidates()); // (N, R, 2 K)
        Tensor each = algebra.concat(2, List.of(others.indices(), theirs)); // (N, R, Q)
        Tensor row = (first ? zero : zero.plus(rows.reshape(1, -1, 1))).plus(each.times(algebra.scalar(0L)));
        Tensor word = each.reshape(0, -1); // (N, M)
        Tensor parent = row.reshape(0, -1); // (N, M)
        Tensor score = algebra.concat(2, List.of(others.values(), total.gather(2, theirs)))
                .reshape(0, -1); // (N, M)

        // what is missing after the word, and so the bank
        Progress after = after(
                word,
                progress.gatherRows(parent),
                memory.get(Pool.Memory.SIZE + 1).gatherRows(parent));
        Tensor early =
                word.equalTo(algebra.scalar(words.end())).and(algebra.scalar(0L).lessThan(after.missing()));
        Tensor last = banks.slice(0, -1, Long.MAX_VALUE); // (1), B - 1
        Tensor bank = last.minus(after.missing()); // (N, M)
        Tensor here = bank.expandDims(1)
                .equalTo(banks.reshape(1, -1, 1))
                .and(early.not().expandDims(1)); // (N, B, M)
        TopK best = here.choose(score.expandDims(1), never).topK(pool.candidates()); // (N, B, 2 K)

        Tensor chosen = best.indices().reshape(0, -1); // (N, B * 2 K)
        Choice choice = pool.choose(
                new Pool.Candidates(
                        best.values(),
                        word.expandDims(1).expandAs(here).gather(2, best.indices()), // (N, B, 2 K)
                        parent.gather(1, chosen),
                        logProbability.gather(2, each).reshape(0, -1).gather(1, chosen)),
                Pool.Memory.of(memory),
                banks,
                turn,
                words.end());
        Next next = choice.next();
        List<Tensor> remembered = new ArrayList<>(next.memory());
        Tensor from = chosen.gather(1, Pool.Memory.of(next.memory()).at()); // (N, R)
        remembered.add(after.written().gatherRows(from));
        remembered.add(after.met().gatherRows(from));
        return new Choice(
                choice.word(),
                choice.parent(),
                choice.origin(),
                choice.score(),
                choice.logProbability(),
                new Next(next.word(), next.parent(), next.score(), remembered),
                choice.proceed());
    }

    /**
     * @param written how many words of each alternative have just been written (N, M, A)
     * @param met 1 for the constraints met (N, M, C)
     * @param missing words (N, M)
     */
    private record Progress(Tensor written, Tensor met, Tensor missing) {}

    /**
     * One word further: an alternative whose next word it is has one more; else it begins anew, or is where it was at the start.
     *
     * @param word (N, M)
     * @param before words of each alternative (N, M, A)
     * @param met (N, M, C)
     */
    private Progress after(Tensor word, Tensor before, Tensor met) {
        Algebra algebra = word.algebra();
        Tensor one = algebra.scalar(1L);
        Tensor now = word.expandDims(2); // (N, M, 1)
        Tensor at = before.expandDims(3); // (N, M, A, 1)
        Tensor table = at.times(algebra.scalar(0L)).plus(alternatives); // (N, M, A, W + 1)
        Tensor continues = now.equalTo(table.gather(3, at).squeeze(3)); // (N, M, A)
        Tensor begins = now.equalTo(alternatives.slice(1, 0, 1).squeeze(1)); // (N, M, A)
        Tensor written = continues.choose(before.plus(one), begins.to(DType.INT64));

        // missing of a constraint: nothing once it is met, else of the alternative that is furthest
        Tensor missing = sizes.minus(written.to(DType.FLOAT32)); // (N, M, A)
        Tensor least = constraints
                .equalTo(one)
                .choose(missing.expandDims(3), algebra.scalar(FAR)) // (N, M, A, C)
                .negate()
                .max(false, 2)
                .negate(); // (N, M, C)
        Tensor done = met.equalTo(one).or(least.lessThan(algebra.scalar(0.5f)));
        Tensor sum = done.choose(algebra.scalar(0f), least).sum(false, 2).to(DType.INT64); // (N, M)
        return new Progress(written, done.to(DType.INT64), sum);
    }
}
