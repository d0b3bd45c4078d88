package io.captioner.metrics;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntBinaryOperator;

/** A caption as n-grams of one to four words. */
final class Grams {
    static final int ORDERS = 4;

    /** The tokens as ids; one id, of the empty word, where there is none: ROUGE-L counts it as coco-caption does. */
    final int[] tokens;

    /** Words; more than tokens where a token has no-break spaces in it. */
    final int length;

    /** For each order the different n-grams, ascending, and how often each is there. */
    final int[][] ids = new int[ORDERS][];

    final int[][] counts = new int[ORDERS][];

    private Grams(int[] tokens, int length) {
        this.tokens = tokens;
        this.length = length;
    }

    /** Gives ids to words and n-grams. Not thread-safe. */
    static final class Table {
        private final Map<String, Integer> words = new HashMap<>();

        /** An n-gram is the n-gram without its last word, and that word. */
        private final IdTable grams = new IdTable();

        int size() {
            return words.size() + grams.size();
        }

        Grams of(List<String> tokens) {
            int[] tokenIds = tokens.isEmpty()
                    ? new int[] {word("")}
                    : tokens.stream().mapToInt(this::word).toArray();
            int[] split = splitAtNoBreakSpaces(tokens, tokenIds);
            return count(tokenIds, split, this::gram);
        }

        /**
         * A caption of words that {@link #word} knows. The table stays as it is: n-grams that it does not have get ids from {@link #size} on,
         * which mean nothing outside this caption. Thread-safe while nothing is added.
         */
        Grams lookUp(int[] words) {
            Map<Long, Integer> unseen = new HashMap<>();
            return count(words, words, (shorter, word) -> {
                long key = key(shorter, word);
                int id = grams.find(key);
                return id >= 0 ? id : unseen.computeIfAbsent(key, unused -> size() + unseen.size());
            });
        }

        private static Grams count(int[] tokens, int[] split, IntBinaryOperator longerGram) {
            Grams result = new Grams(tokens, split.length);
            int[] running = split;
            for (int order = 0; order < ORDERS; order++) {
                if (order > 0) {
                    int[] longer = new int[Math.max(0, running.length - 1)];
                    for (int i = 0; i < longer.length; i++) {
                        longer[i] = longerGram.applyAsInt(running[i], split[i + order]);
                    }
                    running = longer;
                }
                result.count(order, running.clone());
            }
            return result;
        }

        /** coco-caption splits at any blank for n-grams, but at U+0020 alone for ROUGE-L. */
        private int[] splitAtNoBreakSpaces(List<String> tokens, int[] ids) {
            if (tokens.isEmpty()) {
                return new int[0];
            }
            if (tokens.stream().noneMatch(token -> token.indexOf('\u00a0') >= 0)) {
                return ids;
            }
            return tokens.stream()
                    .flatMap(token -> Arrays.stream(token.split("\u00a0")))
                    .filter(part -> !part.isEmpty())
                    .mapToInt(this::word)
                    .toArray();
        }

        /** The id of this word, a new one where it has none. */
        int word(String word) {
            return words.computeIfAbsent(word, unused -> size());
        }

        private int gram(int shorter, int word) {
            return grams.idOf(key(shorter, word), size());
        }

        private static long key(int shorter, int word) {
            return (long) shorter << 32 | word;
        }
    }

    private void count(int order, int[] all) {
        Arrays.sort(all);
        int[] times = new int[all.length];
        int different = 0;
        for (int i = 0; i < all.length; i++) {
            if (i == 0 || all[i] != all[different - 1]) {
                all[different++] = all[i];
            }
            times[different - 1]++;
        }
        ids[order] = Arrays.copyOf(all, different);
        counts[order] = Arrays.copyOf(times, different);
    }

    /** How often this n-gram of this order is there. */
    int count(int order, int id) {
        int at = Arrays.binarySearch(ids[order], id);
        return at < 0 ? 0 : counts[order][at];
    }

    /** How many n-grams of this order there are. */
    int total(int order) {
        return Math.max(0, length - order);
    }
}
