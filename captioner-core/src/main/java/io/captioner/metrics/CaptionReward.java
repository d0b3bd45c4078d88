package io.captioner.metrics;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import java.util.ArrayList;
import java.util.List;

/**
 * How good a caption of a picture is, by its word ids, for training that asks often: CIDEr-D (Vedantam et al. 2015), and, where it is wanted,
 * a weight times BLEU-4 of the caption alone. Document frequencies are those of all references, counted once. Immutable and thread-safe.
 *
 * <p>Without the end and without BLEU-4 it is exactly {@link Metric#CIDER_D} of the caption in {@link CaptionMetrics}. With the end, the end is
 * a word of captions and references: "a dog on a" then earns less than "a dog", because "a" is no way to end.
 */
public final class CaptionReward {
    private static final String END = "<end>";

    private final Grams.Table table = new Grams.Table();
    private final int[] words;
    private final int end;
    private final boolean endCounts;
    private final double bleuWeight;
    private final List<List<Grams>> references;
    private final Cider cider;

    /**
     * @param references of each picture its captions, each a list of words, without start and end
     * @param vocabulary the word of each id
     * @param endCounts whether the end is a word
     * @param bleuWeight of BLEU-4 (0 to 1) beside CIDEr-D (0 to 10); at least 0
     * @throws DatasetException when a picture has no reference
     */
    public CaptionReward(
            List<List<List<String>>> references, List<String> vocabulary, boolean endCounts, double bleuWeight) {
        if (!(bleuWeight >= 0 && bleuWeight <= Float.MAX_VALUE)) {
            throw new OptionException("weight of BLEU-4 is " + bleuWeight + "; it must be at least 0 and finite");
        }
        this.endCounts = endCounts;
        this.bleuWeight = bleuWeight;
        this.words = vocabulary.stream().mapToInt(table::word).toArray();
        this.end = table.word(END);
        List<List<Grams>> all = new ArrayList<>(references.size());
        for (List<List<String>> ofPicture : references) {
            if (ofPicture.isEmpty()) {
                throw new DatasetException(
                        "picture " + all.size() + " has no caption to compare with; leave it out, or caption it");
            }
            all.add(ofPicture.stream().map(this::reference).toList());
        }
        this.references = List.copyOf(all);
        this.cider = new Cider(this.references, table.size());
    }

    private Grams reference(List<String> caption) {
        List<String> counted = caption;
        if (endCounts) {
            counted = new ArrayList<>(caption);
            counted.add(END);
        }
        return table.of(counted);
    }

    /**
     * The reward of a caption: 0 to 10 for CIDEr-D, and at most the weight for BLEU-4.
     *
     * @param picture from 0
     * @param ids its words, without start and end
     * @param ended whether the end came after them, or the caption was cut off
     */
    public double of(int picture, int[] ids, boolean ended) {
        boolean withEnd = endCounts && ended;
        int[] counted = new int[ids.length + (withEnd ? 1 : 0)];
        for (int i = 0; i < ids.length; i++) {
            counted[i] = words[ids[i]];
        }
        if (withEnd) {
            counted[ids.length] = end;
        }
        Grams caption = table.lookUp(counted);
        List<Grams> people = references.get(picture);
        double reward = cider.score(caption, people).ciderD();
        return bleuWeight == 0
                ? reward
                : reward + bleuWeight * Bleu.count(caption, people).bleu(4);
    }
}
