package io.captioner.baseline;

import io.captioner.OptionException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A language model that never sees a picture: each word follows from the few before it. A captioner that is not far better than this does
 * not see. Orders are interpolated after Witten and Bell (1991), as Chen and Goodman (1998, section 2.5) write it. Immutable and
 * thread-safe.
 */
public final class MarkovCaptions {
    /** Stands behind the last word; no word of a caption is empty. */
    private static final String END = "";

    private static final int BEAM = 50;
    private static final int MOST_ORDER = 9;

    /** What followed a history in training, and how often. */
    private static final class Followers {
        private final Map<String, Integer> counts = new TreeMap<>();
        private int total;
    }

    private record Partial(List<String> words, double logProbability) {
        /** Mean log-probability of the words and the end, so that captions are not short for being short. */
        double score() {
            return logProbability / (words.size() + 1);
        }
    }

    private final int order;
    private final Map<List<String>, Followers> histories = new HashMap<>();
    private final int vocabulary;

    private MarkovCaptions(int order, Collection<List<String>> captions) {
        this.order = order;
        Set<String> words = new HashSet<>();
        for (List<String> caption : captions) {
            words.addAll(caption);
            for (int i = 0; i <= caption.size(); i++) {
                String word = i == caption.size() ? END : caption.get(i);
                for (int from = Math.max(0, i - order + 1); from <= i; from++) {
                    count(history(caption, from, i), word);
                }
                // the beginning is part of the history where it is near enough
                if (i < order - 1) {
                    count(started(caption.subList(0, i)), word);
                }
            }
        }
        vocabulary = words.size() + 1;
    }

    private void count(List<String> history, String word) {
        Followers followers = histories.computeIfAbsent(history, unused -> new Followers());
        followers.counts.merge(word, 1, Integer::sum);
        followers.total++;
    }

    private static List<String> history(List<String> caption, int from, int to) {
        return List.copyOf(caption.subList(from, to));
    }

    private static List<String> started(List<String> words) {
        List<String> history = new ArrayList<>(words.size() + 1);
        history.add(END);
        history.addAll(words);
        return Collections.unmodifiableList(history);
    }

    /**
     * Learns from captions.
     *
     * @param order a word follows from {@code order - 1} before it, 1 to 9; 3 or 4 are usual
     */
    public static MarkovCaptions train(Collection<List<String>> captions, int order) {
        if (order < 1 || order > MOST_ORDER) {
            throw new OptionException("the order is " + order + "; it must be between 1 and " + MOST_ORDER);
        }
        if (captions.isEmpty()) {
            throw new OptionException("there is no caption to learn from");
        }
        return new MarkovCaptions(order, captions);
    }

    /** The natural logarithm of the probability of a caption and its end. */
    public double logProbability(List<String> caption) {
        double sum = 0;
        for (int i = 0; i <= caption.size(); i++) {
            List<Followers> followers = followers(caption.subList(0, i));
            sum += Math.log(probability(followers, i == caption.size() ? END : caption.get(i)));
        }
        return sum;
    }

    /** The histories of what stands before, the longest first; the last one is empty. */
    private List<Followers> followers(List<String> before) {
        List<Followers> found = new ArrayList<>();
        if (before.size() < order - 1) {
            add(started(before), found);
        }
        for (int from = Math.max(0, before.size() - order + 1); from <= before.size(); from++) {
            add(history(before, from, before.size()), found);
        }
        return found;
    }

    private void add(List<String> history, List<Followers> found) {
        @Nullable Followers followers = histories.get(history);
        if (followers != null) {
            found.add(followers);
        }
    }

    /** p(w | h) = (c(h w) + T(h) p(w | shorter h)) / (c(h) + T(h)), T the number of different followers; shortest: 1 / V. */
    private double probability(List<Followers> longestFirst, String word) {
        double probability = 1.0 / vocabulary;
        for (int i = longestFirst.size() - 1; i >= 0; i--) {
            Followers followers = longestFirst.get(i);
            int different = followers.counts.size();
            probability =
                    (followers.counts.getOrDefault(word, 0) + different * probability) / (followers.total + different);
        }
        return probability;
    }

    /**
     * The caption of the highest mean log-probability, by beam search.
     *
     * @param maxLength words at most, at least 1
     */
    public List<String> mostProbable(int maxLength) {
        requireLength(maxLength);
        List<Partial> beam = List.of(new Partial(List.of(), 0));
        Partial best = null;
        for (int length = 0; length <= maxLength; length++) {
            List<Partial> longer = new ArrayList<>();
            for (Partial partial : beam) {
                List<Followers> followers = followers(partial.words());
                for (String word : candidates(followers)) {
                    double logProbability = partial.logProbability() + Math.log(probability(followers, word));
                    if (word.equals(END)) {
                        Partial ended = new Partial(partial.words(), logProbability);
                        best = !partial.words().isEmpty() && (best == null || ended.score() > best.score())
                                ? ended
                                : best;
                    } else if (length < maxLength) {
                        List<String> words = new ArrayList<>(partial.words());
                        words.add(word);
                        longer.add(new Partial(words, logProbability));
                    }
                }
            }
            longer.sort(Comparator.comparingDouble(Partial::logProbability).reversed());
            beam = longer.subList(0, Math.min(BEAM, longer.size()));
        }
        return best == null ? List.of() : List.copyOf(best.words());
    }

    /** What followed the longest history that ever was followed by anything. */
    private static Set<String> candidates(List<Followers> longestFirst) {
        return longestFirst.get(0).counts.keySet();
    }

    /**
     * A caption by chance; equal seeds give equal captions.
     *
     * @param maxLength words at most, at least 1
     */
    public List<String> sample(long seed, int maxLength) {
        requireLength(maxLength);
        SplittableRandom random = new SplittableRandom(seed);
        List<String> words = new ArrayList<>();
        while (words.size() < maxLength) {
            String word = draw(followers(words), random);
            if (word.equals(END)) {
                break;
            }
            words.add(word);
        }
        return List.copyOf(words);
    }

    /** From the interpolated distribution: stays with a history with c / (c + T), else goes on to the shorter one. */
    private static String draw(List<Followers> longestFirst, SplittableRandom random) {
        for (int i = 0; i < longestFirst.size(); i++) {
            Followers followers = longestFirst.get(i);
            boolean last = i == longestFirst.size() - 1;
            int at = random.nextInt(followers.total + (last ? 0 : followers.counts.size()));
            if (at < followers.total) {
                for (Map.Entry<String, Integer> follower : followers.counts.entrySet()) {
                    at -= follower.getValue();
                    if (at < 0) {
                        return follower.getKey();
                    }
                }
            }
        }
        return END;
    }

    private static void requireLength(int maxLength) {
        if (maxLength < 1) {
            throw new OptionException("the most words are " + maxLength + "; it must be at least 1");
        }
    }
}
