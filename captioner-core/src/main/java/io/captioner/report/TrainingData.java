package io.captioner.report;

import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Split;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a training learns from, counted.
 *
 * @param name of the data set
 * @param trainLengths how many captions have so many words
 * @param devLengths the same of the dev split
 * @param counts how often the train split has each of its words, the most frequent first
 * @param devUnknown share of the dev split's words that the model does not know, 0 to 1
 */
record TrainingData(
        String name,
        TreeMap<Integer, Integer> trainLengths,
        TreeMap<Integer, Integer> devLengths,
        List<Integer> counts,
        double devUnknown) {
    /** @param known how many words the model knows: the most frequent ones */
    static TrainingData of(CaptionDataset dataset, int known) {
        Map<String, Integer> counts = new HashMap<>();
        TreeMap<Integer, Integer> lengths = new TreeMap<>();
        dataset.words(Split.TRAIN, Split.RESTVAL).forEach(caption -> {
            lengths.merge(caption.size(), 1, Integer::sum);
            caption.forEach(word -> counts.merge(word, 1, Integer::sum));
        });
        List<Map.Entry<String, Integer>> sorted = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .toList();
        Set<String> vocabulary = new HashSet<>();
        sorted.stream().limit(known).forEach(entry -> vocabulary.add(entry.getKey()));
        TreeMap<Integer, Integer> devLengths = new TreeMap<>();
        long[] words = new long[2]; // all, unknown
        dataset.words(Split.VAL).forEach(caption -> {
            devLengths.merge(caption.size(), 1, Integer::sum);
            words[0] += caption.size();
            words[1] +=
                    caption.stream().filter(word -> !vocabulary.contains(word)).count();
        });
        return new TrainingData(
                dataset.name(),
                lengths,
                devLengths,
                sorted.stream().map(Map.Entry::getValue).toList(),
                words[0] == 0 ? 0 : words[1] / (double) words[0]);
    }

    /** Words of the train split, each as often as it is there. */
    long occurrences() {
        return counts.stream().mapToLong(Integer::longValue).sum();
    }

    /** Share of the train split's words that its so many most frequent words make, 0 to 1. */
    double coverage(int words) {
        return counts.stream().limit(words).mapToLong(Integer::longValue).sum() / (double) Math.max(1, occurrences());
    }

    /** How many words the train split has just once. */
    long once() {
        return counts.stream().filter(count -> count == 1).count();
    }

    static double meanLength(Map<Integer, Integer> lengths) {
        long captions = lengths.values().stream().mapToLong(Integer::longValue).sum();
        return lengths.entrySet().stream()
                        .mapToDouble(entry -> (double) entry.getKey() * entry.getValue())
                        .sum()
                / Math.max(1, captions);
    }
}
