package io.captioner.train;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Shape;
import io.captioner.text.Vocabulary;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Word vectors made elsewhere, in the text format of GloVe and word2vec: a word and its numbers a line, parted by spaces; a first line of
 * two numbers (word2vec's) is skipped.
 */
final class WordEmbeddings {
    private WordEmbeddings() {}

    /**
     * The vectors of a vocabulary as an embedding table (V, E), E as in the file. Words that the file does not have get uniform(-0.1, 0.1).
     *
     * @throws ModelException when the file cannot be read, or has no word of the vocabulary
     */
    static HostTensor read(Path file, Vocabulary vocabulary, long seed) {
        Map<Integer, float[]> found = new HashMap<>();
        int size = 0;
        int number = 0;
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                String[] cells = line.strip().split(" ");
                if (number == 1 && cells.length == 2 || cells.length < 2) {
                    continue;
                }
                if (size == 0) {
                    size = cells.length - 1;
                } else if (cells.length - 1 < size) {
                    throw new ModelException(file + " has " + (cells.length - 1) + " numbers in line " + number
                            + "; the lines before have " + size);
                }
                // GloVe's largest file has words with spaces in them; no word of a caption is one
                if (cells.length - 1 == size && vocabulary.contains(cells[0])) {
                    found.put(vocabulary.id(cells[0]), numbers(cells));
                }
            }
        } catch (NoSuchFileException e) {
            throw new ModelException(file + " does not exist", e);
        } catch (MalformedInputException e) {
            throw new ModelException(file + " is not UTF-8 text: convert it", e);
        } catch (IOException | NumberFormatException e) {
            throw new ModelException(
                    file + " cannot be read as word vectors, line " + number + ": " + e.getMessage(), e);
        }
        if (found.isEmpty()) {
            throw new ModelException(file + " has no word of the vocabulary");
        }
        Shape shape = Shape.of(vocabulary.size(), size);
        float[] table = Initializer.uniform(0.1f).values(shape, new Random(Seeds.mix(seed, Seeds.WEIGHTS, 0)));
        for (Map.Entry<Integer, float[]> word : found.entrySet()) {
            System.arraycopy(word.getValue(), 0, table, word.getKey() * size, size);
        }
        return HostTensor.ofFloats(shape, table);
    }

    private static float[] numbers(String[] cells) {
        float[] numbers = new float[cells.length - 1];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Float.parseFloat(cells[i + 1]);
        }
        return numbers;
    }
}
