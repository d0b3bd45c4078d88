package io.captioner.text;

import io.captioner.ModelException;
import io.captioner.io.AtomicFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The words that a model can write, by id. The first four are special: padding 0, start 1, end 2, unknown 3. Immutable and thread-safe.
 */
public final class Vocabulary implements Tokenizer {
    public static final int PADDING = 0;
    public static final int START = 1;
    public static final int END = 2;
    public static final int UNKNOWN = 3;

    /** The special words, by id. */
    public static final List<String> SPECIAL = List.of("<pad>", "<start>", "<end>", "<unk>");

    /** The special words as ids of a caption; padding, start and the unknown word are never written. */
    public static final SpecialIds IDS = new SpecialIds(START, END, PADDING, List.of(PADDING, START, UNKNOWN));

    private final List<String> words;
    private final Map<String, Integer> ids;

    private Vocabulary(List<String> words, Map<String, Integer> ids) {
        this.words = words;
        this.ids = ids;
    }

    /**
     * All words by id, the special ones first.
     *
     * @throws ModelException when those are missing, or a word is there twice, is empty or holds a space or a line's end
     */
    public static Vocabulary of(List<String> words) {
        return of(words, "the vocabulary");
    }

    private static Vocabulary of(List<String> words, String source) {
        if (words.size() < SPECIAL.size() || !words.subList(0, SPECIAL.size()).equals(SPECIAL)) {
            throw new ModelException(source + " must begin with " + SPECIAL + ", not with "
                    + words.subList(0, Math.min(words.size(), SPECIAL.size())));
        }
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < words.size(); id++) {
            String word = words.get(id);
            if (word.isEmpty() || word.chars().anyMatch(c -> c == ' ' || c == '\n' || c == '\r')) {
                throw new ModelException(source + " has '" + word + "' as word " + id + " (line " + (id + 1)
                        + "); a word has at least one character and no space");
            }
            Integer before = ids.put(word, id);
            if (before != null) {
                throw new ModelException(
                        source + " has '" + word + "' twice, as word " + before + " and as word " + id);
            }
        }
        return new Vocabulary(List.copyOf(words), Map.copyOf(ids));
    }

    /**
     * The special words and the words that are at least {@code minCount} times in the captions, the most frequent first, then by code points.
     *
     * @param captions the words of each caption
     * @param minCount at least 1
     */
    public static Vocabulary count(Stream<? extends List<String>> captions, int minCount) {
        if (minCount < 1) {
            throw new IllegalArgumentException("the minimum count is " + minCount + "; it must be at least 1");
        }
        Map<String, Integer> counts = new HashMap<>();
        captions.forEach(caption -> caption.forEach(word -> counts.merge(word, 1, Integer::sum)));
        List<String> words = new ArrayList<>(SPECIAL);
        counts.entrySet().stream()
                .filter(entry -> entry.getValue() >= minCount && !SPECIAL.contains(entry.getKey()))
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey(Vocabulary::compareCodePoints)))
                .forEach(entry -> words.add(entry.getKey()));
        return of(words);
    }

    /** {@link String#compareTo} would put characters beyond U+FFFF before U+E000. */
    private static int compareCodePoints(String a, String b) {
        return Arrays.compare(a.codePoints().toArray(), b.codePoints().toArray());
    }

    /**
     * Reads a UTF-8 file with one word a line; line 1 is id 0.
     *
     * @throws ModelException when it is not there or not a vocabulary
     */
    public static Vocabulary read(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            return read(stream, file.toString());
        } catch (NoSuchFileException e) {
            throw new ModelException(file + " does not exist", e);
        } catch (IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads UTF-8 text with one word a line; closing the stream is left to the caller.
     *
     * @param name how messages name it
     */
    public static Vocabulary read(InputStream stream, String name) {
        return read(new InputStreamReader(stream, StandardCharsets.UTF_8.newDecoder()), name);
    }

    /** Reads one word a line; closing the reader is left to the caller. */
    public static Vocabulary read(Reader reader, String name) {
        List<String> words = new ArrayList<>();
        try {
            BufferedReader lines = new BufferedReader(reader);
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                words.add(line);
            }
        } catch (CharacterCodingException e) {
            throw new ModelException(name + " is no UTF-8 text", e);
        } catch (IOException e) {
            throw new ModelException(name + " cannot be read: " + e.getMessage(), e);
        }
        return of(words, name);
    }

    /** Writes a UTF-8 file with one word a line, whole or not at all. */
    public void write(Path file) {
        try {
            AtomicFile.writeText(file, toText());
        } catch (IOException e) {
            throw new ModelException(file + " cannot be written: " + e, e);
        }
    }

    /** One word a line, each ended by a line feed. */
    public String toText() {
        return words.stream().map(word -> word + "\n").collect(Collectors.joining());
    }

    /** Number of words with the special ones; ids are 0 to size - 1. */
    @Override
    public int size() {
        return words.size();
    }

    @Override
    public SpecialIds special() {
        return IDS;
    }

    /** All words by id. */
    public List<String> words() {
        return words;
    }

    /** The word of an id. */
    @Override
    public String word(int id) {
        if (id < 0 || id >= words.size()) {
            throw new IllegalArgumentException("there is no word " + id + "; ids are 0 to " + (words.size() - 1));
        }
        return words.get(id);
    }

    /** The id of a word; {@link #UNKNOWN} where it has none. */
    @Override
    public int id(String word) {
        return ids.getOrDefault(word, UNKNOWN);
    }

    @Override
    public boolean contains(String word) {
        return ids.containsKey(word);
    }

    /** The ids of words with spaces between them; {@link #UNKNOWN} for those that have none. */
    @Override
    public List<Integer> ids(String text) {
        return Stream.of(text.strip().split("\\s+"))
                .filter(word -> !word.isEmpty())
                .map(this::id)
                .toList();
    }

    /** Start, the ids of the first {@code maxWords} words, end. */
    public long[] encode(List<String> caption, int maxWords) {
        int count = Math.min(caption.size(), maxWords);
        long[] encoded = new long[count + 2];
        encoded[0] = START;
        for (int i = 0; i < count; i++) {
            encoded[i + 1] = id(caption.get(i));
        }
        encoded[count + 1] = END;
        return encoded;
    }

    /** The words up to the first end, without padding and start, joined by spaces. */
    @Override
    public String text(long... ids) {
        StringJoiner text = new StringJoiner(" ");
        for (int i = 0; i < ids.length && ids[i] != END; i++) {
            if (ids[i] != PADDING && ids[i] != START) {
                text.add(word(Math.toIntExact(ids[i])));
            }
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Vocabulary vocabulary && words.equals(vocabulary.words);
    }

    @Override
    public int hashCode() {
        return words.hashCode();
    }

    @Override
    public String toString() {
        return words.size() + " words";
    }
}
