package io.captioner.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotEmpty;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VocabularyTest {
    private final Vocabulary vocabulary =
            Vocabulary.count(Stream.of(List.of("a", "dog", "runs"), List.of("a", "dog"), List.of("a", "cat")), 1);

    @Test
    void ranksWordsByCountAndThenByCodePoint() {
        assertThat(vocabulary.words())
                .containsExactly("<pad>", "<start>", "<end>", "<unk>", "a", "dog", "cat", "runs");
        assertThat(Vocabulary.count(Stream.of(List.of("\ud83d\ude00", "\uff5e")), 1).words().subList(4, 6))
                .containsExactly("\uff5e", "\ud83d\ude00");
    }

    @Test
    void leavesOutRareWords() {
        assertThat(Vocabulary.count(Stream.of(List.of("a", "dog"), List.of("a")), 2).size()).isEqualTo(5);
        assertThatThrownBy(() -> Vocabulary.count(Stream.of(), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void encodesACaptionBetweenStartAndEnd() {
        assertThat(vocabulary.encode(List.of("a", "zebra", "runs"), 20)).containsExactly(1, 4, 3, 7, 2);
        assertThat(vocabulary.encode(List.of("a", "dog", "runs"), 2)).containsExactly(1, 4, 5, 2);
        assertThat(vocabulary.encode(List.of(), 2)).containsExactly(1, 2);
    }

    @Test
    void writesTheTextOfIdsUpToTheEnd() {
        assertThat(vocabulary.text(1, 4, 5, 3, 0, 7, 2, 4)).isEqualTo("a dog <unk> runs");
        assertThat(vocabulary.text()).isEmpty();
        assertThatThrownBy(() -> vocabulary.text(8)).hasMessage("there is no word 8; ids are 0 to 7");
    }

    @Property
    void textOfEncodedWordsIsTheWords(
            @ForAll @Size(max = 8) List<@NotEmpty @AlphaChars String> words, @ForAll @IntRange(max = 9) int maxWords) {
        Vocabulary all = Vocabulary.count(Stream.of(words), 1);
        assertThat(all.text(all.encode(words, maxWords)))
                .isEqualTo(String.join(" ", words.subList(0, Math.min(maxWords, words.size()))));
    }

    @Test
    void survivesTheFile(@TempDir Path folder) {
        Path file = folder.resolve("vocabulary.txt");
        Vocabulary written = Vocabulary.count(Stream.of(List.of("na\u00efve", "\u72ac")), 1);
        written.write(file);
        assertThat(Vocabulary.read(file)).isEqualTo(written);
    }

    @Test
    void refusesWhatIsNoVocabulary(@TempDir Path folder) throws IOException {
        assertThatThrownBy(() -> Vocabulary.of(List.of("<pad>", "<start>", "a")))
                .isInstanceOf(ModelException.class)
                .hasMessage("the vocabulary must begin with [<pad>, <start>, <end>, <unk>], not with [<pad>, <start>, a]");
        assertThatThrownBy(() -> read("<pad>\n<start>\n<end>\n<unk>\ndog\ncat\ndog\n"))
                .isInstanceOf(ModelException.class)
                .hasMessage("words.txt has 'dog' twice, as word 4 and as word 6");
        assertThatThrownBy(() -> read("<pad>\n<start>\n<end>\n<unk>\n\ndog\n"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("has '' as word 4 (line 5)");
        assertThatThrownBy(() -> Vocabulary.read(new ByteArrayInputStream(new byte[] {(byte) 0xff, 'a'}), "words.txt"))
                .isInstanceOf(ModelException.class)
                .hasMessage("words.txt is no UTF-8 text");
        Path missing = folder.resolve("vocabulary.txt");
        assertThatThrownBy(() -> Vocabulary.read(missing))
                .isInstanceOf(ModelException.class)
                .hasMessage(missing + " does not exist");
        Files.createFile(missing);
        assertThatThrownBy(() -> Vocabulary.read(missing)).isInstanceOf(ModelException.class);
    }

    private static Vocabulary read(String text) {
        return Vocabulary.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), "words.txt");
    }

    @Test
    void splitsRawCaptionsAsKarpathysDataDoes() {
        assertThat(Words.tokenize("A man's T-shirt , 2 dogs \u2013 and caf\u00e9s (C#) ."))
                .containsExactly("a", "mans", "t", "shirt", "2", "dogs", "and", "caf\u00e9s", "c");
        assertThat(Words.tokenize("\u00c9T\u00c9")).containsExactly("\u00e9t\u00e9");
        assertThat(Words.tokenize(" .,! ")).isEmpty();
    }
}
