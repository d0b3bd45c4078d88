package io.captioner.search;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * The rules of a search as functions of scores s (N, R, V) to scores, with the meaning of the logits processors of Hugging Face's
 * {@code generate}. What a rule bans has -inf. Sizes of rules are scalars, so that they can be inputs of a graph.
 */
final class Processors {
    private Processors() {}

    /**
     * The words before, in a buffer of fixed length.
     *
     * @param words INT64 (N, R, T); what stands at {@code length} and after is no word
     * @param length how many there are, the start included; INT64 scalar
     * @param positions 0, 1, ..., T - 1; INT64 (T)
     */
    record History(Tensor words, Tensor length, Tensor positions) {
        /** The word j places before the next, (N, R, 1); the first where there are fewer. */
        Tensor last(Tensor j) {
            Tensor at = notNegative(length.minus(j));
            return words.gather(2, at.reshape(1, 1, 1).expandAs(words.slice(2, 0, 1))); // (N, R, 1)
        }
    }

    /** s / temperature. */
    static Tensor temperature(Tensor scores, Tensor temperature) {
        return scores.dividedBy(temperature);
    }

    /** Keeps what is not below the k-th largest; k is at most V. */
    static Tensor topK(Tensor scores, Tensor k) {
        Tensor least = scores.topK(k).values().slice(-1, -1, Long.MAX_VALUE); // (N, R, 1)
        return ban(scores, scores.lessThan(least));
    }

    /**
     * Keeps the fewest of the likeliest words whose probabilities reach p (Holtzman et al. 2020): in rising order, those go whose cumulated
     * probability is at most 1 - p. The likeliest stays.
     */
    static Tensor topP(Tensor scores, Tensor p) {
        Algebra algebra = scores.algebra();
        Tensor rising = sorted(scores.negate()).negate(); // (N, R, V)
        Tensor kept = algebra.scalar(1f).minus(p).lessThan(cumulated(rising.softmax(-1)));
        Tensor lowest = kept.choose(rising.negate(), algebra.scalar(Float.NEGATIVE_INFINITY))
                .max(true, 2)
                .negate(); // (N, R, 1)
        Tensor highest = rising.slice(-1, -1, Long.MAX_VALUE); // (N, R, 1)
        return ban(scores, scores.lessThan(lowest.lessThan(highest).choose(lowest, highest)));
    }

    /** Keeps words whose probability is at least p times that of the likeliest. */
    static Tensor minP(Tensor scores, Tensor p) {
        Tensor probability = scores.softmax(-1); // (N, R, V)
        return ban(scores, probability.lessThan(probability.max(true, 2).times(p)));
    }

    /**
     * Keeps the words whose information is closest to the entropy, until their probabilities reach {@code mass} (Meister et al. 2022):
     * d = |-log p - H|, H = -sum p log p.
     */
    static Tensor typical(Tensor scores, Tensor mass) {
        Algebra algebra = scores.algebra();
        Tensor zero = algebra.scalar(0f);
        Tensor log = scores.logSoftmax(-1); // (N, R, V)
        Tensor p = log.exp();
        Tensor entropy =
                zero.lessThan(p).choose(p.times(log), zero).sum(true, 2).negate(); // (N, R, 1)
        Tensor off = log.negate().minus(entropy);
        Tensor distance = off.relu().plus(off.negate().relu()); // (N, R, V)
        var closest = distance.negate().topK(algebra.scalar(scores.dim(2)));
        Tensor cumulated = cumulated(scores.gather(2, closest.indices()).softmax(-1)); // (N, R, V), closest first
        Tensor before = cumulated.lessThan(mass).to(DType.INT64).sum(true, 2); // (N, R, 1)
        Tensor most = algebra.scalar(scores.dim(2) - 1);
        Tensor last = before.lessThan(most).choose(before, most);
        Tensor furthest = closest.values().gather(2, last).negate(); // (N, R, 1)
        return ban(scores, furthest.lessThan(distance));
    }

    /** Of each word that was used: s * penalty where s &lt; 0, else s / penalty (Keskar et al. 2019). */
    static Tensor repetitionPenalty(Tensor scores, History history, Tensor penalty) {
        Tensor used = present(history.words(), history.positions().lessThan(history.length()), scores); // (N, R, V)
        Tensor less =
                scores.lessThan(scores.algebra().scalar(0f)).choose(scores.times(penalty), scores.dividedBy(penalty));
        return used.choose(less, scores);
    }

    /**
     * Bans what would end an n-gram for the second time: word i where words i - n + 1, ..., i - 1 are the last n - 1; n is at least 1.
     */
    static Tensor noRepeatNgram(Tensor scores, History history, Tensor n) {
        Algebra algebra = scores.algebra();
        Tensor one = algebra.scalar(1L);
        Tensor words = history.words();
        Tensor positions = history.positions();
        Tensor inside = positions
                .lessThan(history.length())
                .and(positions.lessThan(n.minus(one)).not()); // (T)
        Tensor start = inside.and(words.equalTo(words)); // (N, R, T)
        Tensor yes = n.equalTo(n);
        Tensor matches = algebra.loop(n.minus(one), yes, List.of(start), (i, state) -> {
                    Tensor j = i.plus(one); // 1, ..., n - 1
                    Tensor earlier = notNegative(positions.minus(j)).reshape(1, 1, -1);
                    Tensor same = words.gather(2, earlier.expandAs(words)).equalTo(history.last(j));
                    return new Algebra.Turn(yes, List.of(state.get(0).and(same)), List.of());
                })
                .state()
                .get(0);
        return ban(scores, present(words, matches, scores));
    }

    /**
     * Bans the last word of a phrase where the words before it have just been written.
     *
     * @param phrases INT64 (B, W), W at least 2; shorter ones have -1 before them, and one of -1 alone bans nothing
     */
    static Tensor badWords(Tensor scores, History history, Tensor phrases) {
        Algebra algebra = scores.algebra();
        Tensor last = phrases.slice(1, -1, Long.MAX_VALUE).reshape(1, 1, -1); // (1, 1, B)
        Tensor ends = last.expandAs(last.plus(history.words().slice(2, 0, 1).times(algebra.scalar(0L)))); // (N, R, B)
        Tensor none = algebra.scalar(0L);
        Tensor rest = phrases.transpose(1, 0).slice(0, 0, -1); // (W - 1, B)
        Tensor width =
                rest.slice(1, 0, 1).equalTo(rest.slice(1, 0, 1)).to(DType.INT64).sum(false); // W - 1
        Tensor yes = none.equalTo(none);
        Tensor start = ends.equalTo(ends); // (N, R, B)
        Tensor matches = algebra.loop(width, yes, List.of(start), (i, state) -> {
                    Tensor j = i.plus(algebra.scalar(1L)); // 1, ..., W - 1 words back
                    Tensor word = rest.rows(width.minus(j)).reshape(1, 1, -1); // (1, 1, B)
                    Tensor longEnough = j.lessThan(history.length().plus(algebra.scalar(1L)));
                    Tensor same = word.equalTo(history.last(j)).and(longEnough);
                    return new Algebra.Turn(
                            yes, List.of(state.get(0).and(word.lessThan(none).or(same))), List.of());
                })
                .state()
                .get(0);
        return ban(scores, present(ends, matches, scores));
    }

    /** 0 for this word, an INT64 scalar, and -inf for all others. */
    static Tensor forced(Tensor scores, Tensor word) {
        Algebra algebra = scores.algebra();
        Tensor chosen = words(scores).equalTo(word); // (V)
        // by choice, not by product: 0 * -inf is no number
        return chosen.choose(
                scores.lessThan(scores).choose(scores, algebra.scalar(0f)), algebra.scalar(Float.NEGATIVE_INFINITY));
    }

    /** Bans the end while there are fewer words than {@code minimum}; both INT64 scalars. */
    static Tensor minimumLength(Tensor scores, Tensor length, Tensor minimum, long end) {
        Tensor isEnd = words(scores).equalTo(scores.algebra().scalar(end)); // (V)
        return ban(scores, isEnd.and(length.lessThan(minimum)));
    }

    /** s + bias, (V): -inf, or very little, for words never to write. */
    static Tensor suppress(Tensor scores, Tensor bias) {
        return scores.plus(bias);
    }

    // parts
    // ------------------------------------------------------------------------------------------------------------

    private static Tensor ban(Tensor scores, Tensor banned) {
        return banned.choose(scores.algebra().scalar(Float.NEGATIVE_INFINITY), scores);
    }

    /** 0, 1, ..., V - 1. */
    private static Tensor words(Tensor scores) {
        return scores.algebra().range((int) scores.dim(2));
    }

    /** Which words of the vocabulary are among those of {@code words} (N, R, M) that {@code counted} names; BOOL (N, R, V). */
    private static Tensor present(Tensor words, Tensor counted, Tensor scores) {
        Tensor ids = counted.choose(words, scores.algebra().scalar(-1L)); // (N, R, M)
        Tensor hits = ids.expandDims(3).equalTo(words(scores)); // (N, R, M, V)
        return hits.to(DType.FLOAT32).max(false, 2).to(DType.BOOL);
    }

    private static Tensor sorted(Tensor scores) {
        return scores.topK(scores.algebra().scalar(scores.dim(2))).values();
    }

    /**
     * x_1, x_1 + x_2, ... along the last axis, by doubling (Hillis and Steele 1986): the same additions, so the same roundings, on every
     * backend.
     */
    private static Tensor cumulated(Tensor x) {
        Algebra algebra = x.algebra();
        long size = x.dim(2);
        Tensor sums = x;
        for (long by = 1; by < size; by *= 2) {
            Tensor zeros = sums.slice(2, 0, by).times(0f);
            sums = sums.plus(algebra.concat(2, List.of(zeros, sums.slice(2, 0, size - by))));
        }
        return sums;
    }

    private static Tensor notNegative(Tensor x) {
        Tensor zero = x.algebra().scalar(0L);
        return x.lessThan(zero).choose(zero, x);
    }
}
