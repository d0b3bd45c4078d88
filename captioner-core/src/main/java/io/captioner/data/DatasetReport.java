package io.captioner.data;

import io.captioner.data.CaptionDataset.Split;
import java.util.List;

/**
 * What {@link DatasetCheck} found. Immutable.
 *
 * @param splits of each split that has pictures
 * @param unreadable pictures that cannot be decoded
 * @param duplicates pictures that are the same file or look alike; the same file is told once, with the first one of it
 * @param lengths words of a caption
 * @param vocabulary of the training captions
 */
public record DatasetReport(
        String dataset,
        List<SplitCount> splits,
        List<Unreadable> unreadable,
        List<Duplicate> duplicates,
        Lengths lengths,
        WordCount vocabulary) {
    public DatasetReport {
        splits = List.copyOf(splits);
        unreadable = List.copyOf(unreadable);
        duplicates = List.copyOf(duplicates);
    }

    /**
     * A split.
     *
     * @param knownWords share of the words of its captions that are in the training vocabulary, 0 to 1
     * @param knownCaptions share of the captions all of whose words are
     */
    public record SplitCount(Split split, int images, int captions, double knownWords, double knownCaptions) {}

    /** A picture that cannot be decoded, and why. */
    public record Unreadable(String id, String reason) {}

    /**
     * Two pictures.
     *
     * @param distance bits of their perceptual hashes that differ; of the same file 0
     * @param exact whether the files are the same, byte for byte
     */
    public record Duplicate(
            String first, Split firstSplit, String second, Split secondSplit, int distance, boolean exact) {
        /** Whether they are in different splits, so that what is learned of the one tells of the other. */
        public boolean leaks() {
            return firstSplit != secondSplit;
        }
    }

    /**
     * Words of a caption.
     *
     * @param percentile95 as many or fewer have 95% of the captions
     */
    public record Lengths(int least, double mean, int median, int percentile95, int most) {}

    /**
     * The words of the training captions.
     *
     * @param words different ones
     * @param kept how many of them occur {@code minCount} times at least: the vocabulary of a training
     */
    public record WordCount(int words, int kept, int minCount) {}

    /** The same file twice. */
    public List<Duplicate> exactDuplicates() {
        return duplicates.stream().filter(Duplicate::exact).toList();
    }

    /** Pictures that look alike and are not the same file. */
    public List<Duplicate> nearDuplicates() {
        return duplicates.stream().filter(pair -> !pair.exact()).toList();
    }

    /** Duplicates of either kind in different splits. */
    public List<Duplicate> leaks() {
        return duplicates.stream().filter(Duplicate::leaks).toList();
    }

    /** Whether nothing is wrong: all pictures can be read, and none is in two splits. */
    public boolean isSound() {
        return unreadable.isEmpty() && leaks().isEmpty();
    }
}
