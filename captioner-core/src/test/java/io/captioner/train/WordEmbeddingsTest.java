package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.text.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WordEmbeddingsTest {
    private final Vocabulary vocabulary = Vocabulary.of(List.of("<pad>", "<start>", "<end>", "<unk>", "dog", "runs"));

    @TempDir
    Path folder;

    @Test
    void takesTheVectorsOfKnownWordsAndDrawsTheOthers() throws IOException {
        HostTensor table = WordEmbeddings.read(write("3 2\ncat 9 9\ndog 0.5 -1.5\n"), vocabulary, 1);
        assertThat(table.shape()).isEqualTo(Shape.of(6, 2));
        float[] values = table.toFloatArray();
        assertThat(new float[] {values[8], values[9]}).containsExactly(0.5f, -1.5f);
        assertThat(values[10]).isBetween(-0.1f, 0.1f);
        assertThat(WordEmbeddings.read(folder.resolve("v.txt"), vocabulary, 1).toFloatArray())
                .isEqualTo(values);
    }

    @Test
    void readsGloVesFormAndWord2vecsAlike() throws IOException {
        String lines = "the 0.418 0.24968 -0.41242\ndog 0.11008 -0.38781 -0.57615\n. . . 1 2 3\nruns 1e-1 2 -3.5E0 \n";
        float[] glove = WordEmbeddings.read(write(lines), vocabulary, 1).toFloatArray();
        float[] word2vec =
                WordEmbeddings.read(write("4 3\n" + lines), vocabulary, 1).toFloatArray();
        assertThat(glove).isEqualTo(word2vec).hasSize(6 * 3);
        assertThat(Arrays.copyOfRange(glove, 12, 18)).containsExactly(0.11008f, -0.38781f, -0.57615f, 0.1f, 2f, -3.5f);
    }

    @Test
    void refusesFilesThatAreNoWordVectors() throws IOException {
        assertThatThrownBy(() -> WordEmbeddings.read(folder.resolve("none"), vocabulary, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> WordEmbeddings.read(write("dog 1 2\nruns 1\n"), vocabulary, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("line 2");
        assertThatThrownBy(() -> WordEmbeddings.read(write("dog one two\n"), vocabulary, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("line 1");
        assertThatThrownBy(() -> WordEmbeddings.read(write("cat 1 2\n"), vocabulary, 1))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no word of the vocabulary");
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("v.txt"), text);
    }
}
