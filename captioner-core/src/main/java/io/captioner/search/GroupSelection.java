package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.Algebra.Loop;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.DType;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.TopK;
import io.captioner.search.Processors.History;
import java.util.List;

/**
 * Diverse beam search (Vijayakumar et al. 2016), with the meaning of Hugging Face's {@code num_beam_groups}: G beams one after the other, each
 * with a {@link Pool} of its own. A word loses {@code penalty} for each row of an earlier group that has just written it (Hamming diversity):
 * score = log p + beam score - penalty * count.
 *
 * <p>k rows and 2 k candidates of a group; K = G k.
 *
 * @param words V and the end among them
 * @param pool of a group: its beam width is k
 * @param rules that hold in all groups
 * @param count G, scalar
 * @param penalty scalar
 */
record GroupSelection(Words words, Pool pool, Rules rules, Tensor count, Tensor penalty) implements Selection {
    static List<Port> ports() {
        return List.of(
                new Port("groups", DType.INT64, Shape.of()), new Port("diversity_penalty", DType.FLOAT32, Shape.of()));
    }

    /** The memory is a pool's, with those of the groups beside each other: (N, G, k), (N, G), (N, G). */
    @Override
    public List<Tensor> begin(Tensor starts) {
        Algebra algebra = starts.algebra();
        Pool.Memory one = pool.begin(starts, Pool.oneLane(algebra));
        Tensor each = BeamSearch.ranks(algebra, count).times(algebra.scalar(0L)); // (G)
        return List.of(
                one.at(),
                one.finished().expandDims(1).plus(each.to(DType.FLOAT32).expandDims(1)), // (N, G, k)
                one.width().plus(each), // (N, G)
                one.open().plus(each)); // (N, G)
    }

    @Override
    public Choice choose(Rows rows, List<Tensor> memory, Tensor turn, boolean first) {
        Algebra algebra = turn.algebra();
        Tensor yes = count.equalTo(count);
        Tensor nothingYet = rows.logits().slice(1, 0, 1).squeeze(1).times(0f); // (N, V)
        Loop loop = algebra.loop(count, yes, List.of(nothingYet), (group, state) -> {
            Choice choice = group(rows, Pool.Memory.of(memory), group, state.get(0), turn, first);
            Pool.Memory after = Pool.Memory.of(choice.next().memory());
            Tensor offset = group.times(pool.candidates());
            // what a group that is done still writes counts no more
            Tensor wasOpen = column(memory.get(3), group).to(DType.FLOAT32); // (N, 1)
            Tensor written = choice.next()
                    .word()
                    .expandDims(2)
                    .equalTo(algebra.range((int) words.size()))
                    .to(DType.FLOAT32)
                    .sum(false, 1); // (N, V)
            return new Turn(
                    yes,
                    List.of(state.get(0).plus(written.times(wasOpen))),
                    List.of(
                            choice.word(),
                            choice.parent(),
                            choice.origin(),
                            choice.score(),
                            choice.logProbability(),
                            choice.next().word(),
                            choice.next().parent(),
                            choice.next().score(),
                            after.at().plus(offset),
                            after.finished(),
                            after.width(),
                            after.open()));
        });
        List<Tensor> all = loop.emitted().stream()
                .map(emitted -> emitted.transpose(1, 0, 2)) // (N, G, ...)
                .toList();
        List<Tensor> flat = all.stream().map(tensor -> tensor.reshape(0, -1)).toList(); // (N, G * ...)
        return new Choice(
                flat.get(0),
                flat.get(1),
                flat.get(2),
                flat.get(3),
                flat.get(4),
                new Next(
                        flat.get(5),
                        flat.get(6),
                        flat.get(7),
                        List.of(flat.get(8), all.get(9), flat.get(10), flat.get(11))),
                flat.get(11).equalTo(algebra.scalar(1L)).any());
    }

    /** @param counts how many rows of the groups before have just written each word (N, V) */
    private Choice group(Rows rows, Pool.Memory memory, Tensor group, Tensor counts, Tensor turn, boolean first) {
        Algebra algebra = turn.algebra();
        Tensor none =
                rows.words().words().slice(1, 0, 1).slice(2, 0, 1).squeeze(2).times(algebra.scalar(0L)); // (N, 1)
        Tensor mine = first
                ? none
                : none.plus(BeamSearch.ranks(algebra, pool.beamWidth()).plus(group.times(pool.beamWidth()))); // (N, k)
        History history = new History(
                rows.words().words().gatherRows(mine),
                rows.words().length(),
                rows.words().positions());

        Tensor own = rows.logits().gatherRows(mine).logSoftmax(-1); // (N, k, V)
        Tensor ruled = rules.adjusted(own, history, turn, words.end());
        Tensor diverse = rules.adjusted(own.minus(counts.expandDims(1).times(penalty)), history, turn, words.end());
        Tensor total = diverse.plus(rows.score().gather(1, mine).expandDims(2)).reshape(0, -1); // (N, k * V)
        TopK best = total.topK(pool.candidates()); // (N, 2 k)
        return pool.choose(
                new Pool.Candidates(
                        best.values().expandDims(1),
                        best.indices().remainder(words.size()).expandDims(1),
                        mine.gather(1, best.indices().floorDividedBy(words.size())),
                        ruled.reshape(0, -1).gather(1, best.indices())),
                new Pool.Memory(
                        memory.at(),
                        memory.finished().gatherRows(none.plus(group)).squeeze(1),
                        column(memory.width(), group),
                        column(memory.open(), group)),
                Pool.oneLane(algebra),
                turn,
                words.end());
    }

    /** (N, G) to (N, 1). */
    private static Tensor column(Tensor each, Tensor group) {
        Tensor none = each.slice(1, 0, 1).times(each.algebra().scalar(0L)); // (N, 1)
        return each.gather(1, none.plus(group));
    }
}
