package io.captioner.data;

import io.captioner.CaptionerException;
import io.captioner.ImageInput;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.data.DatasetReport.Duplicate;
import io.captioner.data.DatasetReport.Lengths;
import io.captioner.data.DatasetReport.SplitCount;
import io.captioner.data.DatasetReport.Unreadable;
import io.captioner.data.DatasetReport.WordCount;
import io.captioner.image.ImageDecoder;
import io.captioner.io.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Looks at every picture and caption of a data set before one trains on it. One picture for each thread is in memory at a time. */
public final class DatasetCheck {
    /** The distance that is near where the caller does not say: resized and recompressed copies are within it. */
    public static final int DEFAULT_NEAR = 4;

    private static final int MOST_NEAR = 10;

    /** What is kept of a picture. */
    private record Seen(
            @Nullable String sha, long hash, @Nullable String problem) {}

    /** Two hashes that differ little. */
    record Near(int first, int second, int distance) {}

    private final CaptionDataset dataset;
    private final int near;
    private final int minCount;

    private DatasetCheck(CaptionDataset dataset, int near, int minCount) {
        this.dataset = dataset;
        this.near = near;
        this.minCount = minCount;
    }

    /**
     * Checks a data set, on all cores.
     *
     * @param near bits, 0 to 10, in which the 64-bit perceptual hashes of two pictures that look alike differ at most
     * @param minCount how often a training word must occur to be in the vocabulary, at least 1
     * @param progress hears how many pictures are done; called by several threads
     */
    public static DatasetReport run(CaptionDataset dataset, int near, int minCount, IntConsumer progress) {
        if (near < 0 || near > MOST_NEAR) {
            throw new OptionException("the near distance is " + near + "; it must be between 0 and " + MOST_NEAR);
        }
        if (minCount < 1) {
            throw new OptionException("the least count of a word is " + minCount + "; it must be at least 1");
        }
        return new DatasetCheck(dataset, near, minCount).run(progress);
    }

    private DatasetReport run(IntConsumer progress) {
        List<Example> examples = dataset.examples();
        AtomicInteger done = new AtomicInteger();
        List<Seen> seen = examples.parallelStream()
                .map(example -> {
                    Seen one = look(example);
                    progress.accept(done.incrementAndGet());
                    return one;
                })
                .toList();
        List<Unreadable> unreadable = new ArrayList<>();
        for (int i = 0; i < seen.size(); i++) {
            String problem = seen.get(i).problem();
            if (problem != null) {
                unreadable.add(new Unreadable(examples.get(i).id(), problem));
            }
        }
        Map<String, Integer> counts = trainingWords();
        Set<String> kept = new HashSet<>();
        counts.forEach((word, count) -> {
            if (count >= minCount) {
                kept.add(word);
            }
        });
        return new DatasetReport(
                dataset.toString(),
                Arrays.stream(Split.values())
                        .filter(dataset::has)
                        .map(split -> count(split, kept))
                        .toList(),
                unreadable,
                duplicates(seen),
                lengths(),
                new WordCount(counts.size(), kept.size(), minCount));
    }

    private static Seen look(Example example) {
        try {
            byte[] content = Files.readAllBytes(example.image());
            return new Seen(
                    Sha256.of(content), PictureHash.of(new ImageDecoder().decode(ImageInput.of(content))), null);
        } catch (IOException e) {
            return new Seen(null, 0, example.image() + " cannot be read: " + e.getMessage());
        } catch (CaptionerException e) {
            return new Seen(null, 0, example.image() + ": " + e.getMessage());
        }
    }

    // duplicates
    // -----------------------------------------------------------------------------------------------------

    private List<Duplicate> duplicates(List<Seen> seen) {
        List<Duplicate> duplicates = new ArrayList<>();
        Map<String, Integer> firsts = new HashMap<>();
        List<Integer> different = new ArrayList<>();
        for (int i = 0; i < seen.size(); i++) {
            String sha = seen.get(i).sha();
            if (sha != null) {
                Integer first = firsts.putIfAbsent(sha, i);
                if (first == null) {
                    different.add(i);
                } else {
                    duplicates.add(pair(first, i, 0, true));
                }
            }
        }
        int[] pictures = different.stream().mapToInt(Integer::intValue).toArray();
        long[] hashes =
                IntStream.of(pictures).mapToLong(i -> seen.get(i).hash()).toArray();
        near(hashes, near)
                .forEach(pair ->
                        duplicates.add(pair(pictures[pair.first()], pictures[pair.second()], pair.distance(), false)));
        return duplicates;
    }

    /**
     * Hashes that differ in {@code near} bits agree in one of {@code near + 1} parts at least (pigeonhole): only pictures with an equal part
     * are compared.
     */
    static List<Near> near(long[] hashes, int near) {
        List<Near> pairs = new ArrayList<>();
        int parts = near + 1;
        for (int part = 0; part < parts; part++) {
            Map<Long, List<Integer>> buckets = new HashMap<>();
            for (int i = 0; i < hashes.length; i++) {
                List<Integer> bucket =
                        buckets.computeIfAbsent(part(hashes[i], part, parts), unused -> new ArrayList<>());
                for (int other : bucket) {
                    int distance = PictureHash.distance(hashes[i], hashes[other]);
                    if (distance <= near && firstEqualPart(hashes[i], hashes[other], parts) == part) {
                        pairs.add(new Near(other, i, distance));
                    }
                }
                bucket.add(i);
            }
        }
        return pairs;
    }

    private static long part(long hash, int part, int parts) {
        int from = 64 * part / parts;
        int bits = 64 * (part + 1) / parts - from;
        return bits == 64 ? hash : hash >>> from & (1L << bits) - 1;
    }

    /** So that a pair with several equal parts is told once. */
    private static int firstEqualPart(long one, long other, int parts) {
        int part = 0;
        while ((part(one, part, parts) ^ part(other, part, parts)) != 0) {
            part++;
        }
        return part;
    }

    private Duplicate pair(int first, int second, int distance, boolean exact) {
        Example one = dataset.examples().get(first);
        Example other = dataset.examples().get(second);
        return new Duplicate(one.id(), one.split(), other.id(), other.split(), distance, exact);
    }

    // captions
    // -----------------------------------------------------------------------------------------------------

    private Map<String, Integer> trainingWords() {
        Map<String, Integer> counts = new HashMap<>();
        dataset.words(Split.TRAIN, Split.RESTVAL)
                .forEach(caption -> caption.forEach(word -> counts.merge(word, 1, Integer::sum)));
        return counts;
    }

    private SplitCount count(Split split, Set<String> kept) {
        long[] words = new long[2];
        int[] captions = new int[2];
        dataset.words(split).forEach(caption -> {
            long known = caption.stream().filter(kept::contains).count();
            words[0] += caption.size();
            words[1] += known;
            captions[0]++;
            captions[1] += known == caption.size() ? 1 : 0;
        });
        return new SplitCount(
                split,
                dataset.split(split).size(),
                captions[0],
                words[1] / (double) words[0],
                captions[1] / (double) captions[0]);
    }

    private Lengths lengths() {
        int[] lengths =
                dataset.words(Split.values()).mapToInt(List::size).sorted().toArray();
        return new Lengths(
                lengths[0],
                Arrays.stream(lengths).average().orElseThrow(),
                lengths[lengths.length / 2],
                lengths[(int) Math.ceil(lengths.length * 0.95) - 1],
                lengths[lengths.length - 1]);
    }
}
