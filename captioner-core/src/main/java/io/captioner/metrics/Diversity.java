package io.captioner.metrics;

import io.captioner.DatasetException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How varied captions of different images are.
 *
 * @param distinct1 different words / all words, 0 to 1 (Li et al. 2016)
 * @param distinct2 different pairs of words / all pairs, 0 to 1
 * @param vocabulary different words
 * @param meanLength words of a caption
 * @param unique different captions / captions, 0 to 1
 */
public record Diversity(double distinct1, double distinct2, int vocabulary, double meanLength, double unique) {
    static Diversity of(Collection<String> captions) {
        if (captions.isEmpty()) {
            throw new DatasetException("there is no caption whose diversity could be told");
        }
        Grams.Table table = new Grams.Table();
        List<List<String>> tokens =
                captions.stream().map(PtbTokenizer::tokenize).toList();
        List<Grams> grams = tokens.stream().map(table::of).toList();
        return new Diversity(
                ratio(different(grams, 0), total(grams, 0)),
                ratio(different(grams, 1), total(grams, 1)),
                different(grams, 0),
                ratio(total(grams, 0), captions.size()),
                ratio(new HashSet<>(tokens).size(), captions.size()));
    }

    static double novel(Collection<String> captions, Collection<String> training) {
        if (captions.isEmpty()) {
            throw new DatasetException("there is no caption whose novelty could be told");
        }
        Set<List<String>> known =
                training.parallelStream().map(PtbTokenizer::tokenize).collect(Collectors.toSet());
        long novel = captions.stream()
                .filter(caption -> !known.contains(PtbTokenizer.tokenize(caption)))
                .count();
        return ratio(novel, captions.size());
    }

    static int different(Collection<Grams> captions, int order) {
        Set<Integer> ids = new HashSet<>();
        for (Grams caption : captions) {
            for (int id : caption.ids[order]) {
                ids.add(id);
            }
        }
        return ids.size();
    }

    static long total(Collection<Grams> captions, int order) {
        return captions.stream().mapToLong(caption -> caption.total(order)).sum();
    }

    /** 0 where nothing was counted. */
    static double ratio(double part, double whole) {
        return whole == 0 ? 0 : part / whole;
    }
}
