package io.captioner.data;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.io.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Pictures with captions that people wrote. Immutable and thread-safe. */
public final class CaptionDataset {
    /** What a picture is for. */
    public enum Split {
        TRAIN,
        VAL,
        TEST,
        /** Pictures of COCO's validation set that Karpathy's splits add to training. */
        RESTVAL;

        /** The name in files: {@code train}, {@code val}, {@code test}, {@code restval}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws DatasetException when there is no such split */
        public static Split of(String label) {
            return Arrays.stream(values())
                    .filter(split -> split.label().equals(label))
                    .findFirst()
                    .orElseThrow(() -> new DatasetException("there is no split '" + label + "'; splits are "
                            + Arrays.stream(values()).map(Split::label).toList()));
        }
    }

    /**
     * A caption.
     *
     * @param raw as it was written
     * @param words what a model learns; one at least
     */
    public record Sentence(String raw, List<String> words) {
        public Sentence {
            words = List.copyOf(words);
        }
    }

    /**
     * A picture with its captions.
     *
     * @param id unique in the data set
     * @param image the file
     * @param captions one at least
     */
    public record Example(String id, Path image, List<Sentence> captions, Split split) {
        public Example {
            captions = List.copyOf(captions);
        }

        /** Each caption as it was written. */
        public List<String> texts() {
            return captions.stream().map(Sentence::raw).toList();
        }

        /** The words of each caption. */
        public List<List<String>> words() {
            return captions.stream().map(Sentence::words).toList();
        }

        private Example with(Split other) {
            return new Example(id, image, captions, other);
        }
    }

    private final String name;
    private final List<Example> examples;

    private CaptionDataset(String name, List<Example> examples) {
        this.name = name;
        this.examples = examples;
    }

    /**
     * These pictures.
     *
     * @throws DatasetException when there are none, an id is there twice, or a picture has no caption with a word
     */
    public static CaptionDataset of(String name, List<Example> examples) {
        if (examples.isEmpty()) {
            throw new DatasetException(name + " has no picture with a caption");
        }
        Set<String> ids = new HashSet<>();
        for (Example example : examples) {
            if (!ids.add(example.id())) {
                throw new DatasetException(name + " has picture " + example.id()
                        + " twice; give all captions of a picture in one example");
            }
            if (example.captions().isEmpty()
                    || example.captions().stream()
                            .anyMatch(caption -> caption.words().isEmpty())) {
                throw new DatasetException(
                        "picture " + example.id() + " of " + name + " needs captions with one word at least");
            }
        }
        return new CaptionDataset(name, List.copyOf(examples));
    }

    /**
     * Reads Karpathy's format ({@code dataset_flickr8k.json}, {@code dataset_coco.json}), with its words and splits.
     *
     * @param images the folder of the pictures
     * @throws DatasetException naming the file and the picture when something is missing or wrong
     */
    public static CaptionDataset karpathy(Path json, Path images) {
        return KarpathyReader.read(json, images, BadRows.refused());
    }

    /**
     * Reads a folder of pictures with {@code captions.txt} or {@code captions.csv} (lines of {@code image,caption}, quoted where a comma is in
     * it, and {@code split} as a third column where the first line names it; or {@code image#0<TAB>caption}), pictures beside it or in {@code
     * images/}; or with {@code metadata.jsonl}; or with {@code NAME.txt} beside each picture, one caption a line. {@link DatasetReader} reads
     * other formats too. Where no split is named all pictures are for training; see {@link #withRandomSplit}.
     *
     * @throws DatasetException naming the file and the line when something is missing or wrong
     */
    public static CaptionDataset folder(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new DatasetException(folder + (Files.exists(folder) ? " is no folder" : " does not exist"));
        }
        return DatasetReader.of(folder).read();
    }

    public String name() {
        return name;
    }

    /** All pictures, in the order of the file. */
    public List<Example> examples() {
        return examples;
    }

    /** The pictures of these splits, in the order of the file; may be empty. */
    public List<Example> split(Split... splits) {
        Set<Split> wanted = Set.copyOf(List.of(splits));
        return examples.stream()
                .filter(example -> wanted.contains(example.split()))
                .toList();
    }

    /** The pictures of the split of this label, for example {@code val}. */
    public List<Example> split(String label) {
        return split(Split.of(label));
    }

    /** Whether any picture is in this split. */
    public boolean has(Split split) {
        return examples.stream().anyMatch(example -> example.split() == split);
    }

    /**
     * All pictures split anew by chance: which one goes where depends on its id and the seed alone, not on the order. Shares are rounded to
     * whole pictures; the rest, one picture at least, is for training.
     *
     * @param val share for validation, 0 to below 1
     * @param test share for testing, 0 to below 1; both together are below 1
     * @throws OptionException when a share is not
     */
    public CaptionDataset withRandomSplit(double val, double test, long seed) {
        if (!(val >= 0 && test >= 0 && val + test < 1)) {
            throw new OptionException("shares of val and test are " + val + " and " + test
                    + "; they must be 0 or more and together below 1");
        }
        int most = examples.size() - 1;
        int vals = (int) Math.min(most, Math.round(examples.size() * val));
        int tests = (int) Math.min(most - vals, Math.round(examples.size() * test));
        List<Example> shuffled = examples.stream()
                .sorted(Comparator.comparing((Example example) -> Sha256.of(seed + " " + example.id()))
                        .thenComparing(Example::id))
                .toList();
        Map<String, Split> splits = new HashMap<>();
        for (int i = 0; i < shuffled.size(); i++) {
            splits.put(shuffled.get(i).id(), i < vals ? Split.VAL : i < vals + tests ? Split.TEST : Split.TRAIN);
        }
        return map(example -> example.with(splits.getOrDefault(example.id(), Split.TRAIN)));
    }

    /**
     * The first {@code count} pictures of each split: for trying things out.
     *
     * @param count at least 1
     * @throws OptionException when it is less
     */
    public CaptionDataset first(int count) {
        if (count < 1) {
            throw new OptionException("number of pictures of each split is " + count + "; it must be at least 1");
        }
        Map<Split, List<Example>> bySplit = examples.stream().collect(Collectors.groupingBy(Example::split));
        Set<Example> kept = bySplit.values().stream()
                .flatMap(all -> all.stream().limit(count))
                .collect(Collectors.toSet());
        return of(name, examples.stream().filter(kept::contains).toList());
    }

    private CaptionDataset map(Function<Example, Example> change) {
        return new CaptionDataset(name, examples.stream().map(change).toList());
    }

    /** The words of all captions in these splits. */
    public Stream<List<String>> words(Split... splits) {
        return split(splits).stream().flatMap(example -> example.words().stream());
    }

    /**
     * SHA-256 of what the data set says, in hexadecimal: ids, splits, captions, and names and sizes of the picture files. It does not depend
     * on where the pictures lie.
     */
    public String hash() {
        MessageDigest digest = Sha256.digest();
        for (Example example : examples) {
            List<String> fields = new ArrayList<>();
            fields.add(example.id());
            fields.add(example.split().label());
            fields.add(String.valueOf(example.image().getFileName()));
            fields.add(String.valueOf(size(example)));
            example.captions().forEach(caption -> {
                fields.add(caption.raw());
                fields.addAll(caption.words());
                fields.add("");
            });
            // Lengths first, so that no two lists of fields give one text.
            fields.forEach(field -> digest.update((field.length() + ":" + field).getBytes(StandardCharsets.UTF_8)));
        }
        return Sha256.hex(digest);
    }

    private static long size(Example example) {
        try {
            return Files.size(example.image());
        } catch (IOException e) {
            throw new DatasetException(
                    "picture " + example.id() + ": " + example.image() + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** For example {@code flickr8k (5999 train, 1000 val)}. */
    @Override
    public String toString() {
        return name + " ("
                + Arrays.stream(Split.values())
                        .filter(this::has)
                        .map(split -> split(split).size() + " " + split.label())
                        .collect(Collectors.joining(", "))
                + ")";
    }
}
