package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.runtime.TinyPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands evaluate and score. */
class ScoreCommandsTest {
    private static final String REFERENCES = """
            {"annotations": [{"image_id": 1, "caption": "A dog runs on the beach."}, {"image_id": 1, "caption": "a brown dog is running"},
                             {"image_id": 2, "caption": "Two children play in the snow."}]}
            """;

    @TempDir
    Path folder;

    @Test
    void perfectCaptionsScorePerfectly() throws IOException {
        Path references = Files.writeString(folder.resolve("references.json"), REFERENCES);
        Path results = Files.writeString(
                folder.resolve("results.json"),
                "[{\"image_id\": 1, \"caption\": \"a dog runs on the beach\"}, {\"image_id\": 2, \"caption\": \"two children play in the snow\"}]");
        Cli scored = Cli.run("score", "--references", references, "--results", results, "--json");
        assertThat(scored.code()).isZero();
        JsonObject json = JsonParser.parseString(scored.out()).getAsJsonObject();
        assertThat(json.keySet())
                .containsExactlyInAnyOrder(
                        "bleu1",
                        "bleu2",
                        "bleu3",
                        "bleu4",
                        "rougeL",
                        "cider",
                        "ciderD",
                        "images",
                        "signature",
                        "worst",
                        "best");
        assertThat(json.get("bleu4").getAsDouble()).isGreaterThan(0.999);
        assertThat(json.get("images").getAsInt()).isEqualTo(2);

        Cli table = Cli.run("score", "--references", references, "--results", results);
        assertThat(table.lines())
                .contains("worst captions by CIDEr-D", "best captions by CIDEr-D")
                .anyMatch(line -> line.endsWith("  2  two children play in the snow"))
                .anyMatch(line -> line.matches("BLEU-4 +1\\.0000 .*"));
        assertThat(Cli.run("score", "--references", references, "--results", results, "--examples", 0)
                        .lines())
                .hasSize(8);
    }

    @Test
    void namesTheFileAndTheImageThatDoNotFit() throws IOException {
        Path references = Files.writeString(folder.resolve("references.json"), REFERENCES);
        Path results = Files.writeString(folder.resolve("results.json"), "[{\"image_id\": 1, \"caption\": \"a dog\"}]");
        Cli missing = Cli.run("score", "--references", references, "--results", results);
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("image 2 has references but no caption");
        Cli nowhere = Cli.run("score", "--references", folder.resolve("nowhere.json"), "--results", results);
        assertThat(nowhere.code()).isEqualTo(1);
        assertThat(nowhere.err()).contains("nowhere.json does not exist");
        assertThat(Cli.run("score", "--results", results).code()).isEqualTo(2);
    }

    @Test
    void evaluateMeasuresASplitAndWritesWhatScoreReads() throws IOException {
        Path model = TinyPackage.in(folder);
        Path data = Drawn.dataset(folder, "train", "val", "val", "test", "val");
        Path results = folder.resolve("results.json");
        Object[] arguments = {
            "evaluate",
            "--model",
            model,
            "--data",
            data,
            "--images",
            folder,
            "--split",
            "val",
            "--beam",
            2,
            "--batch",
            2,
            "--threads",
            1,
            "--results",
            results
        };
        Cli table = Cli.run(arguments);
        assertThat(table.err()).startsWith("3 captions in ");
        assertThat(table.code()).isZero();
        assertThat(table.lines())
                .contains("model     tiny-1", "split     val", "beamWidth 2")
                .anyMatch(line -> line.startsWith("CIDEr-D "));
        assertThat(JsonParser.parseString(Files.readString(results)).getAsJsonArray())
                .extracting(entry -> entry.getAsJsonObject().get("image_id").getAsInt())
                .containsExactly(101, 102, 104);

        Object[] asJson = java.util.Arrays.copyOf(arguments, arguments.length + 1);
        asJson[arguments.length] = "--json";
        JsonObject json = JsonParser.parseString(Cli.run(asJson).out()).getAsJsonObject();
        assertThat(json.get("split").getAsString()).isEqualTo("val");
        assertThat(json.get("bleu1").getAsDouble()).isBetween(0.0, 1.0);
    }

    @Test
    void evaluateSaysWhatIsMissing() throws IOException {
        Path model = TinyPackage.in(folder);
        Path data = Drawn.dataset(folder, "train", "val");
        Cli noSplit = Cli.run("evaluate", "--model", model, "--data", data, "--images", folder);
        assertThat(noSplit.code()).isEqualTo(1);
        assertThat(noSplit.err()).contains("has no picture in the split test");
        Cli wrongSplit = Cli.run("evaluate", "--model", model, "--data", data, "--images", folder, "--split", "dev");
        assertThat(wrongSplit.code()).isEqualTo(2);
        assertThat(wrongSplit.err()).contains("--split").contains("dev");
        Cli nowhere = Cli.run(
                "evaluate", "--model", model, "--data", data, "--images", folder, "--results", "nowhere/x.json");
        assertThat(nowhere.code()).isEqualTo(2);
        assertThat(nowhere.err()).contains("--results is nowhere/x.json");
    }
}
