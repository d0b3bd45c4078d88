package io.captioner.search;

import io.captioner.GenerationOptions;
import io.captioner.nn.Algebra;
import io.captioner.nn.Algebra.Turn;
import io.captioner.nn.Decoder;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The search for words over the algebra. Each turn the decoder says what may come next, a {@link Selection} chooses, and the rows of the
 * decoder's state follow the choice. What each turn chose is emitted; the candidates are read from that afterwards.
 *
 * <p>N images, R rows of the turn (1 in the first, K after it), C candidates of a turn, V words, L places, T turns made.
 */
final class BeamSearch {
    /** The score of a row that is no candidate; finite, so that no backend makes NaN of it. */
    static final float NEVER = -1e30f;

    /** Candidates score above this; {@link CaptionProgram#FORBIDDEN} words fall below it. */
    static final float POSSIBLE = -1e8f;

    private final Decoder decoder;
    private final Words words;

    BeamSearch(Decoder decoder, Words words) {
        this.decoder = decoder;
        this.words = words;
    }

    /**
     * What is the same in every turn.
     *
     * @param maxTokens turns at most, scalar; at least two are made
     * @param wordBias added to the logits, (V)
     * @param selection who chooses
     * @param rules none where the words so far do not matter
     */
    record Call(
            Tensor maxTokens,
            Tensor wordBias,
            Selection selection,
            @Nullable Rules rules) {}

    /**
     * @param anyRow any numbers of the rows that the search begins with (N, R): one, or, where each caption drawn has a latent of its own, as
     *     many as are drawn
     * @param start the decoder's state before the first word
     */
    Traces search(Tensor anyRow, Decoder.State start, Call call) {
        Algebra algebra = anyRow.algebra();
        Tensor starts = algebra.constant(HostTensor.ofLongs(Shape.of(1, 1), words.start()))
                .expandAs(anyRow); // (N, R)
        Beam first = new Beam(
                starts,
                algebra.constant(HostTensor.ofFloats(Shape.of(1, 1), 0f)).expandAs(anyRow),
                call.rules() == null
                        ? List.of()
                        : List.of(call.rules().begin(starts).words()),
                call.selection().begin(starts.slice(1, 0, 1)),
                start);
        Made opening = turn(first, call, algebra.scalar(0L), true);

        // The first turn is made outside, so that no row is computed K times over; one more always follows, so that
        // there is something to stack.
        Tensor yes = algebra.constant(HostTensor.ofBooleans(Shape.of(), true));
        Algebra.Loop loop = algebra.loop(
                call.maxTokens().minus(algebra.scalar(1L)), yes, opening.beam().tensors(), (iteration, state) -> {
                    Tensor turn = iteration.plus(algebra.scalar(1L));
                    Made made = turn(opening.beam().with(state), call, turn, false);
                    List<Tensor> emitted = new ArrayList<>(made.emitted());
                    emitted.add(turn);
                    return new Turn(made.proceed(), made.beam().tensors(), emitted);
                });

        List<Tensor> traces = new ArrayList<>();
        List<Tensor> heads = new ArrayList<>(opening.emitted());
        heads.add(algebra.scalar(0L));
        for (int i = 0; i < heads.size(); i++) {
            traces.add(algebra.concat(
                    0, List.of(heads.get(i).expandDims(0), loop.emitted().get(i))));
        }
        return new Traces(traces.get(0), traces.get(1), traces.get(2), traces.get(3), traces.get(4), traces.get(5));
    }

    private Made turn(Beam beam, Call call, Tensor turn, boolean first) {
        Rules rules = call.rules();
        Decoder.Step step = decoder.step(beam.tokens(), beam.state());
        Tensor logits = step.logits().plus(call.wordBias()); // (N, R, V)
        Processors.History history = rules == null ? null : beam.history(turn, rules);
        Selection.Choice choice =
                call.selection().choose(new Selection.Rows(logits, beam.score(), history), beam.memory(), turn, first);
        Selection.Next next = choice.next();
        List<Tensor> rows = new ArrayList<>();
        for (Tensor row : step.next().perRow()) {
            rows.add(row.gatherRows(next.parent())); // (N, K, ...)
        }
        Beam following = new Beam(
                next.word(),
                next.score(),
                rules == null
                        ? List.of()
                        : List.of(rules.append(beam.history().get(0), turn, next.parent(), next.word())),
                next.memory(),
                step.next().withRows(rows));
        return new Made(
                following,
                choice.proceed(),
                List.of(
                        choice.word(),
                        choice.origin(),
                        choice.score(),
                        choice.logProbability(),
                        step.alpha().gatherRows(choice.parent())));
    }

    /** 0, 1, ..., n - 1 for an n that is known only at run time: where the n largest of a falling sequence stand. */
    static Tensor ranks(Algebra algebra, Tensor n) {
        float[] falling = new float[2 * GenerationOptions.MAX_BEAM_WIDTH];
        for (int i = 0; i < falling.length; i++) {
            falling[i] = -i;
        }
        return algebra.constant(HostTensor.ofFloats(Shape.of(falling.length), falling))
                .topK(n)
                .indices();
    }

    /**
     * What a search leaves behind.
     *
     * @param tokens words chosen (T, N, C)
     * @param parents candidates of the turn before that they continue (T, N, C)
     * @param scores summed log-probability (T, N, C), {@link #NEVER} where there is no candidate
     * @param logProbabilities of the words chosen (T, N, C)
     * @param attention with which they were chosen (T, N, C, L)
     * @param turns 0, 1, ..., T - 1 (T)
     */
    record Traces(
            Tensor tokens, Tensor parents, Tensor scores, Tensor logProbabilities, Tensor attention, Tensor turns) {}

    /**
     * What goes from turn to turn.
     *
     * @param tokens the words just written (N, R)
     * @param score summed log-probability of each row (N, R), {@link #NEVER} where it has ended
     * @param history the words so far (N, R, T), where rules look at them
     * @param memory the selection's
     * @param state the decoder's memory
     */
    private record Beam(Tensor tokens, Tensor score, List<Tensor> history, List<Tensor> memory, Decoder.State state) {
        List<Tensor> tensors() {
            List<Tensor> tensors = new ArrayList<>(List.of(tokens, score));
            tensors.addAll(history);
            tensors.addAll(memory);
            tensors.addAll(state.perRow());
            return tensors;
        }

        Processors.History history(Tensor turn, Rules rules) {
            Tensor length = turn.plus(turn.algebra().scalar(1L)); // the start is one
            return new Processors.History(history.get(0), length, rules.positions());
        }

        Beam with(List<Tensor> tensors) {
            int remembered = 2 + history.size();
            int rows = remembered + memory.size();
            return new Beam(
                    tensors.get(0),
                    tensors.get(1),
                    tensors.subList(2, remembered),
                    tensors.subList(remembered, rows),
                    state.withRows(tensors.subList(rows, tensors.size())));
        }
    }

    /**
     * A turn.
     *
     * @param beam the next turn's
     * @param proceed whether there is anything to go on with
     * @param emitted word, origin, score, log-probability (N, C), attention (N, C, L)
     */
    private record Made(Beam beam, Tensor proceed, List<Tensor> emitted) {}
}
