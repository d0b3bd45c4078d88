package io.captioner.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CocoCaptionsTest {
    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("file.json"), text);
    }

    @Test
    void resultsSurviveTheFile() throws IOException {
        Map<String, String> results = new LinkedHashMap<>();
        results.put("42", "a \"dog\" <b> \u72ac");
        results.put("photo.jpg", "");
        results.put("007", "a cat");
        Path file = folder.resolve("results.json");
        CocoCaptions.writeResults(file, results);
        assertThat(Files.readString(file))
                .isEqualTo(
                        "[{\"image_id\":42,\"caption\":\"a \\\"dog\\\" <b> \u72ac\"},"
                                + "{\"image_id\":\"photo.jpg\",\"caption\":\"\"},{\"image_id\":\"007\",\"caption\":\"a cat\"}]");
        assertThat(CocoCaptions.readResults(file)).containsExactlyEntriesOf(results);
    }

    @Test
    void readsReferencesInOrder() throws IOException {
        Path file = file("""
                {"images": [{"id": 2}, {"id": 1}],
                 "annotations": [{"image_id": 2, "id": 9, "caption": "A dog."}, {"image_id": 1, "id": 8, "caption": "A cat."},
                                 {"image_id": 2, "id": 7, "caption": "Dogs."}]}
                """);
        assertThat(CocoCaptions.readReferences(file))
                .isEqualTo(Map.of("2", List.of("A dog.", "Dogs."), "1", List.of("A cat.")))
                .containsOnlyKeys("2", "1");
    }

    @Test
    void namesTheFileAndTheEntryThatIsWrong() throws IOException {
        Path twice = file("[{\"image_id\": 1, \"caption\": \"a\"}, {\"image_id\": 1, \"caption\": \"b\"}]");
        assertThatThrownBy(() -> CocoCaptions.readResults(twice))
                .isInstanceOf(DatasetException.class)
                .hasMessage(twice + ": entry 2 is the second one of image 1; one caption for each image is wanted");
        Path without = file("[{\"image_id\": 1}]");
        assertThatThrownBy(() -> CocoCaptions.readResults(without))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(without + ": entry 1 has no caption");
        assertThatThrownBy(() -> CocoCaptions.readReferences(without))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("has no list \"annotations\"");
        Path broken = file("[{");
        assertThatThrownBy(() -> CocoCaptions.readResults(broken))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith(broken + " is no JSON: see line 1 column ");
        Path missing = folder.resolve("none.json");
        assertThatThrownBy(() -> CocoCaptions.readResults(missing))
                .isInstanceOf(DatasetException.class)
                .hasMessage(missing + " does not exist");
    }
}
