package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.search.Processors.History;
import java.util.List;

/**
 * The rules of a search and its sampling, as inputs of its program. What is switched off costs next to nothing.
 *
 * @param forced word to write at each turn, -1 where it is free (T)
 * @param positions 0, 1, ..., T - 1
 * @param phrases never to write, see {@link Processors#badWords} (B, W)
 * @param minTokens words before the end at least
 * @param repetitionPenalty 1 for none
 * @param noRepeatNgram n, 0 for none
 * @param sampling whether words are drawn; else they are searched for, and what follows has no say
 * @param temperature of the drawing
 * @param topK words to draw from, V for all
 * @param topP 1 for all
 * @param minP 0 for all
 * @param typicalP 1 for all
 * @param noise four random numbers below 2^31 - 1 for each turn and row (T, K, 4)
 */
record Rules(
        Tensor forced,
        Tensor positions,
        Tensor phrases,
        Tensor minTokens,
        Tensor repetitionPenalty,
        Tensor noRepeatNgram,
        Tensor sampling,
        Tensor temperature,
        Tensor topK,
        Tensor topP,
        Tensor minP,
        Tensor typicalP,
        Tensor noise) {
    /** A prime, so that numbers below it are a field. */
    static final long PRIME = (1L << 31) - 1;

    static List<Port> ports() {
        return List.of(
                new Port("forced", DType.INT64, Shape.of(Shape.UNKNOWN)),
                new Port("positions", DType.INT64, Shape.of(Shape.UNKNOWN)),
                new Port("phrases", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN)),
                new Port("min_tokens", DType.INT64, Shape.of()),
                new Port("repetition_penalty", DType.FLOAT32, Shape.of()),
                new Port("no_repeat_ngram", DType.INT64, Shape.of()),
                new Port("sampling", DType.BOOL, Shape.of()),
                new Port("temperature", DType.FLOAT32, Shape.of()),
                new Port("top_k", DType.INT64, Shape.of()),
                new Port("top_p", DType.FLOAT32, Shape.of()),
                new Port("min_p", DType.FLOAT32, Shape.of()),
                new Port("typical_p", DType.FLOAT32, Shape.of()),
                new Port("noise", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, 4)));
    }

    /** @param inputs in the order of {@link #ports} */
    static Rules of(List<Tensor> inputs) {
        return new Rules(
                inputs.get(0),
                inputs.get(1),
                inputs.get(2),
                inputs.get(3),
                inputs.get(4),
                inputs.get(5),
                inputs.get(6),
                inputs.get(7),
                inputs.get(8),
                inputs.get(9),
                inputs.get(10),
                inputs.get(11),
                inputs.get(12));
    }

    /** The history before the first turn: the start word alone. */
    History begin(Tensor start) {
        Algebra algebra = start.algebra();
        Tensor first = positions.equalTo(algebra.scalar(0L)); // (T)
        return new History(
                first.choose(start.expandDims(2), algebra.scalar(-1L)), algebra.scalar(1L), positions); // (N, 1, T)
    }

    /** The words of the history with one more, of other rows. */
    Tensor append(Tensor words, Tensor turn, Tensor parent, Tensor word) {
        Tensor here = positions.equalTo(turn.plus(turn.algebra().scalar(1L))); // (T)
        return here.choose(word.expandDims(2), words.gatherRows(parent)); // (N, K, T)
    }

    /**
     * Log-probabilities under the rules, as Hugging Face has them: a beam search applies its rules to log-probabilities and leaves it at that,
     * greedy search and sampling apply them to the logits.
     *
     * @param logits (N, R, V)
     * @param turn from 0, scalar
     * @param beam whether this is a beam search, BOOL scalar
     * @param end id of the end
     */
    Tensor logProbabilities(Tensor logits, History history, Tensor turn, Tensor beam, long end) {
        Algebra algebra = logits.algebra();
        Tensor scores = algebra.when(beam, logits, s -> s.logSoftmax(-1));
        scores = ruled(scores, history, turn, end);
        scores = algebra.when(sampling, scores, this::warp);
        return finite(algebra.when(beam.not(), scores, s -> s.logSoftmax(-1)));
    }

    /** Scores (N, R, V) under the rules, finite. */
    Tensor adjusted(Tensor scores, History history, Tensor turn, long end) {
        return finite(ruled(scores, history, turn, end));
    }

    private Tensor ruled(Tensor given, History history, Tensor turn, long end) {
        Algebra algebra = given.algebra();
        Tensor one = algebra.scalar(1f);
        Tensor scores = algebra.when(
                repetitionPenalty.equalTo(one).not(),
                given,
                s -> Processors.repetitionPenalty(s, history, repetitionPenalty));
        scores = algebra.when(
                algebra.scalar(0L).lessThan(noRepeatNgram),
                scores,
                s -> Processors.noRepeatNgram(s, history, noRepeatNgram));
        scores = algebra.when(
                algebra.scalar(-1L).lessThan(phrases).any(), scores, s -> Processors.badWords(s, history, phrases));
        scores = algebra.when(turn.lessThan(minTokens), scores, s -> Processors.minimumLength(s, turn, minTokens, end));
        Tensor word = forced.rows(turn);
        return algebra.when(algebra.scalar(-1L).lessThan(word), scores, s -> Processors.forced(s, word));
    }

    /** Where everything is banned there is no number. */
    private static Tensor finite(Tensor scores) {
        Algebra algebra = scores.algebra();
        Tensor possible = algebra.scalar(BeamSearch.POSSIBLE).lessThan(scores);
        return possible.choose(scores, algebra.scalar(BeamSearch.NEVER));
    }

    private Tensor warp(Tensor logits) {
        Algebra algebra = logits.algebra();
        Tensor one = algebra.scalar(1f);
        Tensor scores = Processors.temperature(logits, temperature);
        scores = algebra.when(topK.lessThan(algebra.scalar(logits.dim(2))), scores, s -> Processors.topK(s, topK));
        scores = algebra.when(topP.lessThan(one), scores, s -> Processors.topP(s, topP));
        scores = algebra.when(algebra.scalar(0f).lessThan(minP), scores, s -> Processors.minP(s, minP));
        return algebra.when(typicalP.lessThan(one), scores, s -> Processors.typical(s, typicalP));
    }

    /**
     * One word for each row, drawn with its probability: the largest of log p + g with Gumbel noise g = -log(-log u) (Gumbel 1954; Maddison et
     * al. 2014). Unlike a search in cumulated probabilities it gives the same word on backends whose last digits differ.
     *
     * @param logProbabilities (N, R, V), R being 1 or K
     * @param parent of each of the K rows (K)
     * @return where the words stand in (N, R * V), (N, K)
     */
    Tensor draw(Tensor logProbabilities, Tensor turn, Tensor parent) {
        Algebra algebra = logProbabilities.algebra();
        int words = (int) logProbabilities.dim(2);
        Tensor uniform = uniform(noise.rows(turn), algebra.range(words)).clamp(1e-10f, 1 - 0x1p-24f);
        Tensor gumbel = uniform.log().negate().log().negate(); // (K, V)
        Tensor word =
                logProbabilities.plus(gumbel).topK(algebra.scalar(1L)).indices().squeeze(2); // (N, K)
        return parent.times(algebra.scalar((long) words)).plus(word);
    }

    /**
     * A number from 0 to 1 for each row and word: h(v) = ((c3 v + c2) v + c1) v + c0 mod p, any four words independent (Wegman and Carter 1981).
     *
     * @param coefficients of the rows (K, 4), below p
     * @param v 0, 1, ..., V - 1
     * @return (K, V)
     */
    static Tensor uniform(Tensor coefficients, Tensor v) {
        List<Tensor> c = coefficients.split(1, 4); // (K, 1) each
        Tensor h = c.get(3).times(v).plus(c.get(2)).remainder(PRIME); // (K, V)
        h = h.times(v).plus(c.get(1)).remainder(PRIME);
        h = h.times(v).plus(c.get(0)).remainder(PRIME);
        return h.to(DType.FLOAT32).plus(0.5f).dividedBy((float) PRIME);
    }

    /** 1 for a beam that narrows; a drawn row that has ended takes no other's place. */
    Tensor narrowing() {
        return sampling.not().to(DType.INT64);
    }
}
