package io.captioner.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.ModelException;
import io.captioner.SharedFiles;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.text.Tokenizer.SpecialIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Ids and texts of Hugging Face's {@code tokenizers}. */
@FixtureGroup("hf")
class SubwordTokenizerTest {
    @TestFactory
    Stream<DynamicTest> readsAndWritesAsHuggingFaceDoes() throws IOException {
        Path folder = SharedFiles.beside("fixtures/hf");
        JsonObject fixture = JsonParser.parseString(Files.readString(folder.resolve("tokenizers.json")))
                .getAsJsonObject();
        List<DynamicTest> tests = new ArrayList<>();
        for (String kind : List.of("bpe", "wordpiece")) {
            SubwordTokenizer tokenizer = tokenizer(kind.equals("bpe") ? "vit-gpt2" : "blip");
            for (JsonElement element : fixture.getAsJsonArray("cases")) {
                String text = element.getAsJsonObject().get("text").getAsString();
                JsonObject expected = element.getAsJsonObject().getAsJsonObject(kind);
                tests.add(DynamicTest.dynamicTest(kind + " " + text, () -> check(tokenizer, text, expected)));
            }
            for (JsonElement element : fixture.getAsJsonArray("decode_random")) {
                JsonObject expected = element.getAsJsonObject();
                List<Integer> ids = ids(expected.getAsJsonArray(kind + "_ids"));
                tests.add(DynamicTest.dynamicTest(
                        kind + " " + ids,
                        () -> assertThat(tokenizer.decode(ids, true))
                                .isEqualTo(expected.get(kind + "_decoded").getAsString())));
            }
        }
        assertThat(tests).hasSizeGreaterThan(100);
        return tests.stream();
    }

    private static void check(SubwordTokenizer tokenizer, String text, JsonObject expected) {
        List<Integer> ids = ids(expected.getAsJsonArray("ids"));
        assertThat(tokenizer.encode(text)).isEqualTo(ids);
        assertThat(tokenizer.decode(ids, false))
                .isEqualTo(expected.get("decoded").getAsString());
        assertThat(tokenizer.decode(ids, true))
                .isEqualTo(expected.get("decoded_skip_special").getAsString());
    }

    @Test
    void findsWordsThatAreOnePiece() throws IOException {
        SubwordTokenizer bpe = tokenizer("vit-gpt2");
        assertThat(bpe.contains("dog")).isTrue();
        assertThat(bpe.word(bpe.id("dog"))).isEqualTo(" dog");
        assertThat(bpe.contains("supercalifragilistic")).isFalse();
        assertThat(bpe.text(0, bpe.id("a"), bpe.id("dog"), 0, 5)).isEqualTo("a dog");
    }

    @Test
    void saysWhatItCannotRead() {
        SpecialIds special = new SpecialIds(0, 0, 0, List.of());
        assertThatThrownBy(() -> SubwordTokenizer.parse("{}", "tokenizer.json", special))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("tokenizer.json is no tokenizer.json of Hugging Face");
        assertThatThrownBy(() -> SubwordTokenizer.parse(
                        "{\"model\": {\"type\": \"Unigram\", \"vocab\": {\"a\": 0}}}", "tokenizer.json", special))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("model is Unigram; BPE and WordPiece can be read");
        assertThatThrownBy(() -> SubwordTokenizer.parse(
                        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 1}, \"merges\": []}}",
                        "tokenizer.json",
                        special))
                .isInstanceOf(ModelException.class);
    }

    private static SubwordTokenizer tokenizer(String model) throws IOException {
        Path file = SharedFiles.beside("fixtures/hf/" + model + "/tokenizer.json");
        return SubwordTokenizer.parse(Files.readString(file), file.toString(), new SpecialIds(0, 0, 0, List.of()));
    }

    private static List<Integer> ids(JsonArray array) {
        List<Integer> ids = new ArrayList<>();
        array.forEach(id -> ids.add(id.getAsInt()));
        return ids;
    }
}
