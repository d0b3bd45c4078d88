package io.captioner.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.captioner.ModelException;
import io.captioner.SharedFiles;
import io.captioner.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Older folders have no {@code tokenizer.json}: GPT-2's {@code vocab.json} and {@code merges.txt}, BERT's {@code vocab.txt} say the same. */
class HuggingFaceTokenizerFilesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"vit-gpt2", "blip"})
    void olderFilesGiveTheSameIdsAndTexts(String name) throws IOException {
        Path whole = SharedFiles.beside("fixtures/hf/" + name);
        copyWithout(whole, "tokenizer.json");
        Tokenizer expected = ImportedCaptioner.open(whole, "x").toPackage().vocabulary();
        Tokenizer found = ImportedCaptioner.open(folder, "x").toPackage().vocabulary();
        assertThat(found.size()).isEqualTo(expected.size());
        assertThat(found.special()).isEqualTo(expected.special());
        for (int id = 0; id < expected.size(); id++) {
            assertThat(found.word(id)).as("piece %d", id).isEqualTo(expected.word(id));
        }
        int texts = 0;
        for (JsonElement item : JsonParser.parseString(
                        Files.readString(SharedFiles.beside("fixtures/hf/tokenizers.json")))
                .getAsJsonObject()
                .getAsJsonArray("cases")) {
            String text = item.getAsJsonObject().get("text").getAsString();
            List<Integer> ids = expected.ids(text);
            assertThat(found.ids(text)).as(text).isEqualTo(ids);
            texts++;
        }
        assertThat(texts).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"vocab.json", "merges.txt"})
    void saysWhichOlderFileIsMissing(String missing) throws IOException {
        copyWithout(SharedFiles.beside("fixtures/hf/vit-gpt2"), "tokenizer.json", missing);
        assertThatThrownBy(() -> ImportedCaptioner.open(folder, "x"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(missing + " does not exist");
    }

    private void copyWithout(Path source, String... names) throws IOException {
        try (Stream<Path> files = Files.list(source)) {
            for (Path file : files.toList()) {
                if (!List.of(names).contains(file.getFileName().toString())) {
                    Files.copy(file, folder.resolve(file.getFileName().toString()));
                }
            }
        }
    }
}
