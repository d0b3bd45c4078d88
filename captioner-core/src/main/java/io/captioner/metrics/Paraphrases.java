package io.captioner.metrics;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The entries of METEOR's paraphrase table that are made of known words alone. Immutable once read, and thread-safe. */
final class Paraphrases {
    static final Paraphrases NONE = new Paraphrases();

    /** Phrases that begin alike share nodes. */
    private static final class Node {
        private final Map<Integer, Node> next = new HashMap<>();
        private final List<int[]> paraphrases = new ArrayList<>();
    }

    private final Node root = new Node();

    private Paraphrases() {}

    /**
     * Reads the table: in turn lines of a probability, a phrase, and a paraphrase of it.
     *
     * @param ids the known words
     */
    static Paraphrases read(InputStream table, Map<String, Integer> ids) throws IOException {
        Paraphrases result = new Paraphrases();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8), 1 << 16)) {
            while (lines.readLine() != null) {
                String phrase = lines.readLine();
                String paraphrase = lines.readLine();
                if (phrase == null || paraphrase == null) {
                    throw new IOException("the table ends within an entry");
                }
                int[] from = ids(phrase, ids);
                int[] to = from == null ? null : ids(paraphrase, ids);
                if (from != null && to != null) {
                    result.add(from, to);
                }
            }
        }
        return result;
    }

    private static int @Nullable [] ids(String phrase, Map<String, Integer> ids) {
        int[] found = new int[8];
        int count = 0;
        int at = 0;
        while (at < phrase.length()) {
            int end = phrase.indexOf(' ', at);
            end = end < 0 ? phrase.length() : end;
            if (end > at) {
                Integer id = ids.get(phrase.substring(at, end));
                if (id == null) {
                    return null;
                }
                if (count == found.length) {
                    found = Arrays.copyOf(found, count * 2);
                }
                found[count++] = id;
            }
            at = end + 1;
        }
        return Arrays.copyOf(found, count);
    }

    private void add(int[] phrase, int[] paraphrase) {
        Node node = root;
        for (int word : phrase) {
            node = node.next.computeIfAbsent(word, unused -> new Node());
        }
        node.paraphrases.add(paraphrase);
    }

    /** Hears of a phrase and its paraphrase. */
    @FunctionalInterface
    interface Found {
        void accept(int length, int[] paraphrase);
    }

    /** All paraphrases of the phrases that begin at a word, those of short phrases first. */
    void forEach(int[] words, int start, Found found) {
        Node node = root;
        for (int at = start; at < words.length; at++) {
            node = node.next.get(words[at]);
            if (node == null) {
                return;
            }
            for (int[] paraphrase : node.paraphrases) {
                found.accept(at + 1 - start, paraphrase);
            }
        }
    }
}
