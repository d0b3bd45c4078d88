package io.captioner.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Chooses among captions of several pictures the one that agrees most with the others, by CIDEr-D with the document frequencies of all
 * pictures. Immutable and thread-safe.
 */
public final class ConsensusCaption {
    private final List<List<String>> captions;
    private final List<List<Grams>> grams;
    private final Cider cider;

    private ConsensusCaption(List<List<String>> captions, List<List<Grams>> grams, Cider cider) {
        this.captions = captions;
        this.grams = grams;
        this.cider = cider;
    }

    /** @param captions raw captions of each picture */
    public static ConsensusCaption of(List<List<String>> captions) {
        Grams.Table table = new Grams.Table();
        List<List<Grams>> grams = captions.stream()
                .map(texts -> texts.stream()
                        .map(text -> table.of(PtbTokenizer.tokenize(text)))
                        .toList())
                .toList();
        return new ConsensusCaption(
                captions.stream().map(List::copyOf).toList(), grams, new Cider(grams, table.size()));
    }

    /**
     * The caption, of all of these pictures, that is most like the {@code agreeing} others it is most like; the first of equals.
     *
     * @param pictures their numbers, one at least
     * @param agreeing at least 1
     */
    public String best(int[] pictures, int agreeing) {
        List<String> texts = new ArrayList<>();
        List<Cider.Vector> vectors = new ArrayList<>();
        for (int picture : pictures) {
            texts.addAll(captions.get(picture));
            grams.get(picture).forEach(caption -> vectors.add(cider.vector(caption)));
        }
        int best = 0;
        double most = -1;
        double[] likeness = new double[vectors.size()];
        for (int i = 0; i < likeness.length; i++) {
            for (int j = 0; j < likeness.length; j++) {
                likeness[j] =
                        i == j ? 0 : cider.score(vectors.get(i), vectors.get(j)).ciderD();
            }
            Arrays.sort(likeness);
            double sum = 0;
            for (int j = Math.max(0, likeness.length - agreeing); j < likeness.length; j++) {
                sum += likeness[j];
            }
            if (sum > most) {
                most = sum;
                best = i;
            }
        }
        return texts.get(best);
    }
}
