package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.DType;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.text.Tokenizer.SpecialIds;
import java.util.ArrayList;
import java.util.List;

/**
 * {@link CaptionProgram} with the best candidate read inside the graph: what is exported, so that other languages get ids without
 * following any parents themselves.
 *
 * <p>Inputs: those of {@link CaptionProgram}, {@code max_tokens} being at least 2, and {@code length_penalty}, a FLOAT32 scalar. Outputs:
 * {@code ids} INT64 (N, T), the end included, then padding; {@code score} (N); {@code log_probabilities} (N, T), 0 after the end;
 * {@code attention} (N, T, L).
 *
 * @param captions the search to read
 */
public record BestCaptionProgram(CaptionProgram captions) implements Program {
    @Override
    public List<Port> inputs() {
        List<Port> inputs = new ArrayList<>(captions.inputs());
        inputs.add(new Port("length_penalty", DType.FLOAT32, Shape.of()));
        return inputs;
    }

    @Override
    public List<String> outputs() {
        return List.of("ids", "score", "log_probabilities", "attention");
    }

    @Override
    public Computation bind(Parameters parameters) {
        CaptionProgram.Searcher searcher = captions.searcher(parameters);
        return inputs -> {
            BeamSearch.Traces traces = searcher.search(inputs.subList(0, inputs.size() - 1));
            Tensor beamWidth = inputs.get(1);
            Tensor ranks = BeamSearch.ranks(beamWidth.algebra(), beamWidth); // (K)
            return best(traces, ranks, inputs.get(inputs.size() - 1), captions.special());
        };
    }

    private static List<Tensor> best(BeamSearch.Traces traces, Tensor ranks, Tensor lengthPenalty, SpecialIds special) {
        Algebra algebra = lengthPenalty.algebra();
        Tensor never = algebra.scalar(BeamSearch.NEVER);
        Tensor turns = traces.turns().reshape(-1, 1, 1).expandAs(traces.tokens()); // (T, N, K)
        Tensor rows = ranks.reshape(1, 1, -1).expandAs(traces.tokens()); // (T, N, K)
        Tensor last = traces.turns().to(DType.FLOAT32).max(false, 0).to(DType.INT64); // T - 1

        // score / length^penalty = score / exp(penalty * log(length))
        Tensor length = turns.to(DType.FLOAT32).plus(1f); // (T, N, K)
        Tensor ranked =
                traces.scores().dividedBy(length.log().times(lengthPenalty).exp()); // (T, N, K)

        // candidates: those that ended, or, where none did, those that run at the last turn
        Tensor possible = algebra.scalar(BeamSearch.POSSIBLE).lessThan(traces.scores());
        Tensor ended = possible.and(traces.tokens().equalTo(algebra.scalar((long) special.end())));
        Tensor noneEnded = byImage(ended.to(DType.FLOAT32)).max(true, 1).lessThan(algebra.scalar(0.5f)); // (N, 1)
        Tensor running = possible.and(turns.equalTo(last)).and(noneEnded.expandDims(0)); // (T, N, K)
        Tensor best = byImage(ended.or(running).choose(ranked, never)); // (N, T * K)
        Tensor index = best.topK(algebra.scalar(1L)).indices(); // (N, 1)
        Tensor finalTurn = byImage(turns).gather(1, index); // (N, 1)
        Tensor finalRow = byImage(rows).gather(1, index); // (N, 1)

        // from the last word to the first, by the parents
        Tensor padding = algebra.scalar((long) special.padding());
        Tensor trips = last.plus(algebra.scalar(1L));
        Tensor yes = last.equalTo(last);
        Algebra.Loop back = algebra.loop(trips, yes, List.of(finalRow), (iteration, state) -> {
            Tensor turn = last.minus(iteration);
            Tensor row = state.get(0); // (N, 1)
            Tensor within = turn.lessThan(finalTurn.plus(algebra.scalar(1L))); // (N, 1)
            Tensor id = within.choose(traces.tokens().rows(turn).gather(1, row), padding); // (N, 1)
            Tensor logProbability =
                    within.choose(traces.logProbabilities().rows(turn).gather(1, row), algebra.scalar(0f)); // (N, 1)
            Tensor alpha = traces.attention().rows(turn).gatherRows(row).squeeze(1); // (N, L)
            Tensor parent = within.choose(traces.parents().rows(turn).gather(1, row), row); // (N, 1)
            return new Turn(
                    yes,
                    List.of(parent),
                    List.of(id.squeeze(1), logProbability.squeeze(1), within.choose(alpha, algebra.scalar(0f))));
        });
        Tensor forward = last.minus(traces.turns()); // T - 1, ..., 0
        return List.of(
                back.emitted().get(0).rows(forward).transpose(1, 0), // (N, T)
                best.gather(1, index).squeeze(1), // (N)
                back.emitted().get(1).rows(forward).transpose(1, 0), // (N, T)
                back.emitted().get(2).rows(forward).transpose(1, 0, 2)); // (N, T, L)
    }

    /** (T, N, K) to (N, T * K). */
    private static Tensor byImage(Tensor trace) {
        return trace.transpose(1, 0, 2).reshape(0, -1);
    }
}
