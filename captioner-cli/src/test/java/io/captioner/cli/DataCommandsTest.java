package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.runtime.TinyPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The commands data check and baseline. */
class DataCommandsTest {
    @TempDir
    Path folder;

    @Test
    void aSoundDataSetPasses() throws IOException {
        Path data = Drawn.dataset(folder, "train", "train", "val");
        for (int i = 0; i < 3; i++) {
            Drawn.noise(folder.resolve(i + ".png"), i);
        }
        Cli checked = Cli.run("data", "check", data);
        assertThat(checked.out())
                .contains("drawn (2 train, 1 val)", "pictures that cannot be read: 0", "the same file twice: 0")
                .containsPattern("train +2 +4 ");
        assertThat(checked.code()).isZero();
    }

    @Test
    void whatIsWrongIsNamedAndFailsTheCheck() throws IOException {
        Path data = Drawn.dataset(folder, "train", "train", "val", "test");
        Files.copy(folder.resolve("0.png"), folder.resolve("2.png"), StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(folder.resolve("1.png"), "torn");
        Files.delete(folder.resolve("3.png"));
        Cli refused = Cli.run("data", "check", data);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("3.png").contains("line 1");

        Cli checked = Cli.run("data", "check", data, "--bad-rows", "skip", "--json");
        assertThat(checked.code()).isEqualTo(1);
        assertThat(checked.err()).contains("skipped: ").contains("3.png");
        JsonObject json = JsonParser.parseString(checked.out()).getAsJsonObject();
        assertThat(json.get("images").getAsInt()).isEqualTo(3);
        assertThat(json.get("badRows").getAsInt()).isEqualTo(1);
        assertThat(json.get("exactDuplicates").getAsInt()).isEqualTo(1);
        assertThat(json.get("leaks").getAsInt()).isEqualTo(1);
        assertThat(json.getAsJsonArray("unreadable")
                        .get(0)
                        .getAsJsonObject()
                        .get("reason")
                        .getAsString())
                .contains("1.png");
    }

    /** Of three pictures the second has a bad row, at a line and in a file that are named, whatever the form of the folder is. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "captions.txt|image,caption\\n0.png,a red circle\\n1.png\\n2.png,\"red, round\"|line 3 has 1 of 2 fields (image,caption)",
                "captions.csv|image,caption\\n0.png,a red circle\\n1.png,blue, round\\n2.png,a shape|line 3 has 3 fields instead of 2",
                "captions.csv|image,caption\\n0.png,a red circle\\n1.png,...\\n2.png,a shape|line 3: the picture 1.png has no caption with a word",
                "captions.txt|0.png#0\\ta red circle\\n1.png a shape\\n2.png#0\\ta shape|line 2 is not a picture's name, a tab and a caption",
                "metadata.jsonl|{`file_name`: `0.png`, `text`: `a`}\\n{`file_name`: `1.png`}\\n{`file_name`: `2.png`, `text`: `b`}|line 2 has no caption",
                "metadata.jsonl|{`file_name`: `0.png`, `text`: `a`}\\n{`file_name`: 1\\n{`file_name`: `2.png`, `text`: `b`}|line 2 is no JSON: ",
                "1.txt|...|: the picture 1.png has no caption with a word"
            })
    void aBadRowOfAFolderIsNamedAndRefusedOrSkipped(String name, String content, String problem) throws IOException {
        for (int i = 0; i < 3; i++) {
            Drawn.noise(folder.resolve(i + ".png"), i);
        }
        Path file = Files.writeString(
                folder.resolve(name),
                content.replace("\\n", "\n").replace("\\t", "\t").replace('`', '"'));
        if (name.equals("1.txt")) {
            Files.writeString(folder.resolve("0.txt"), "a\nb\n");
            Files.writeString(folder.resolve("2.txt"), "a shape\n");
        }
        Cli refused = Cli.run("data", "check", folder);
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains(file.toString()).contains(problem);

        Cli skipped = Cli.run("data", "check", folder, "--bad-rows", "skip");
        assertThat(skipped.code()).isEqualTo(1);
        assertThat(skipped.err()).contains("skipped: " + file).contains(problem);
        assertThat(skipped.out()).contains("(2 train)", "bad rows: 1");
    }

    @Test
    void theBlindBaselineSaysTheSameOfAllPictures() throws IOException {
        Path data = Drawn.dataset(folder, "train", "train", "train", "val", "val");
        Path results = folder.resolve("results.json");
        Cli markov = Cli.run(
                "baseline", "--kind", "markov", "--data", data, "--split", "val", "--json", "--results", results);
        assertThat(markov.code()).isZero();
        JsonObject json = JsonParser.parseString(markov.out()).getAsJsonObject();
        assertThat(json.get("baseline").getAsString()).isEqualTo("markov");
        assertThat(json.get("bleu1").getAsDouble()).isBetween(0.1, 1.0);
        assertThat(JsonParser.parseString(Files.readString(results)).getAsJsonArray())
                .extracting(entry -> entry.getAsJsonObject().get("caption").getAsString())
                .hasSize(2)
                .satisfies(captions -> assertThat(captions.get(0)).isEqualTo(captions.get(1)));
    }

    @Test
    void theNearestPictureOfTheSameDrawingLendsItsCaption() throws IOException {
        Path data = Drawn.dataset(folder, "train", "train", "train", "val", "val");
        Files.copy(folder.resolve("1.png"), folder.resolve("3.png"), StandardCopyOption.REPLACE_EXISTING);
        Path results = folder.resolve("results.json");
        Cli nearest = Cli.run(
                "baseline",
                "--kind",
                "nearest",
                "--neighbours",
                1,
                "--model",
                TinyPackage.in(folder),
                "--data",
                data,
                "--split",
                "val",
                "--threads",
                1,
                "--results",
                results);
        assertThat(nearest.err()).isEmpty();
        assertThat(nearest.code()).isZero();
        assertThat(Files.readString(results)).contains(Drawn.caption(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--neighbours 0|--neighbours is 0; it must be 1 or more",
                "--agreeing -1|--agreeing is -1; it must be 1 or more",
                "--threads 0|--threads is 0; it must be between 1 and 1024",
                "--ensemble x|'--ensemble'"
            })
    void aBaselineRefusesWhatItCannotDo(String option, String message) throws IOException {
        Path data = Drawn.dataset(folder, "train", "val");
        String[] both = option.split(" ");
        Cli refused = Cli.run("baseline", "--kind", "nearest", "--data", data, "--split", "val", both[0], both[1]);
        assertThat(refused.err()).contains(message);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void baselinesNeedATrainingSplit() throws IOException {
        Path data = Drawn.dataset(folder, "val");
        Cli refused = Cli.run("baseline", "--kind", "markov", "--data", data, "--split", "val");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("needs pictures in the split val and in train");
        assertThat(Cli.run("baseline", "--data", data).code()).isEqualTo(2);
    }
}
