package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.runtime.TinyPackage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CaptionCommandTest {
    @TempDir
    static Path folder;

    private static Path model;
    private static Path photos;
    private static Path photo;
    private static Path broken;

    @BeforeAll
    static void draw() throws IOException {
        model = TinyPackage.in(folder);
        photos = Files.createDirectory(folder.resolve("photos"));
        photo = Drawn.picture(photos.resolve("one.png"), 0);
        Drawn.picture(photos.resolve("two.PNG"), 1);
        Drawn.picture(photos.resolve("zo\u00eb, three.png"), 6);
        Files.writeString(photos.resolve("notes.txt"), "no picture, and not named like one");
        broken = Files.writeString(folder.resolve("broken.jpg"), "no picture at all");
    }

    private static Cli caption(Object... arguments) {
        Object[] all = new Object[arguments.length + 5];
        System.arraycopy(arguments, 0, all, 5, arguments.length);
        System.arraycopy(new Object[] {"caption", "--model", model, "--threads", 1}, 0, all, 0, 5);
        return Cli.run(all);
    }

    @Test
    void onePictureGivesItsCaptionAndNothingElse() {
        Cli one = caption(photo);
        assertThat(one.code()).isZero();
        assertThat(one.lines()).hasSize(1);
        assertThat(one.out()).doesNotContain(":").isNotBlank();
        assertThat(one.err()).matches("1 caption in [0-9.]+ s \\(model loaded in [0-9.]+ s\\)\\R");
    }

    @Test
    void severalPicturesAreNamed() {
        Cli two = caption(photo, photos.resolve("two.PNG"));
        assertThat(two.code()).isZero();
        assertThat(two.lines()).hasSize(2);
        assertThat(two.lines().get(0)).startsWith(photo + ": ");
        assertThat(two.lines().get(1)).startsWith(photos.resolve("two.PNG") + ": ");
    }

    @Test
    void aFolderIsItsPicturesByName() {
        Cli all = caption(photos);
        assertThat(all.code()).isZero();
        assertThat(all.lines()).hasSize(3);
        assertThat(all.lines().get(2)).startsWith(photos.resolve("zo\u00eb, three.png") + ": ");
        assertThat(all.err()).startsWith("3 captions in ");
    }

    @Test
    void aFolderWithoutPicturesSaysSo() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Cli none = caption(empty);
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).contains("folder " + empty + " has no pictures").contains("jpg, jpeg, png");
        assertThat(caption("--json", empty).out().strip()).isEqualTo("[]");
        Cli some = caption(empty, photo);
        assertThat(some.code()).isEqualTo(1);
        assertThat(some.lines()).singleElement().asString().startsWith(photo + ": ");
    }

    @Test
    void jsonHasTheImageAsGivenAndAllFieldsOfACaption() {
        Cli one = caption("--json", "--beam", 3, "--alternatives", 2, photo);
        JsonObject json = JsonParser.parseString(one.out()).getAsJsonObject();
        assertThat(json.keySet())
                .containsExactly("image", "text", "words", "score", "finish", "alternatives", "modelId");
        assertThat(json.get("image").getAsString()).isEqualTo(photo.toString());
        assertThat(json.get("modelId").getAsString()).isEqualTo(TinyPackage.ID);
        assertThat(json.get("finish").getAsString()).isIn("END", "LENGTH");
        assertThat(json.get("score").getAsDouble()).isNegative();
        JsonObject word = json.getAsJsonArray("words").get(0).getAsJsonObject();
        assertThat(word.keySet()).containsExactly("text", "logProbability", "attention");
        assertThat(word.getAsJsonObject("attention").getAsJsonArray("weights")).hasSize(4);
        assertThat(json.getAsJsonArray("alternatives")).hasSize(2);

        JsonArray all = JsonParser.parseString(caption("--json", photos).out()).getAsJsonArray();
        assertThat(all).hasSize(3);
    }

    @Test
    void jsonLinesAreOneObjectEach() {
        List<String> lines = caption("--jsonl", photos).lines();
        assertThat(lines)
                .hasSize(3)
                .allSatisfy(line -> assertThat(
                                JsonParser.parseString(line).getAsJsonObject().has("text"))
                        .isTrue());
    }

    @Test
    void csvQuotesWhatNeedsIt() {
        List<String> lines = caption("--csv", photos).lines();
        assertThat(lines.get(0)).isEqualTo("image,text,score");
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).matches(".*one\\.png,[^,]+,-[0-9.]+");
        assertThat(lines.get(3)).startsWith("\"" + photos.resolve("zo\u00eb, three.png") + "\",");
        List<String> more =
                caption("--csv", "--beam", 3, "--alternatives", 2, photo).lines();
        assertThat(more.get(0)).isEqualTo("image,text,score,alternative1,score1,alternative2,score2");
        assertThat(more.get(1).split(",", -1)).hasSize(7);
    }

    @Test
    void alternativesStandBelowTheirCaption() {
        List<String> lines = caption("--beam", 3, "--alternatives", 2, photo).lines();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).doesNotStartWith(" ");
        assertThat(lines.subList(1, 3)).allSatisfy(line -> assertThat(line).startsWith("  "));
    }

    @Test
    void oneBrokenPictureOfABatchIsNamedAndTheOthersAreCaptioned() {
        Cli alone = caption(photo, photos.resolve("two.PNG"));
        Cli batch = caption("--batch", 3, photo, broken, photos.resolve("two.PNG"));
        assertThat(batch.code()).isEqualTo(1);
        assertThat(batch.lines()).isEqualTo(alone.lines());
        assertThat(batch.err()).contains("captioner: " + broken).contains("2 captions in");
    }

    @Test
    void nothingButBrokenPicturesIsAFailureToo() {
        Cli failed = caption(broken, folder.resolve("missing.jpg"));
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err()).contains("missing.jpg does not exist").contains("0 captions in");
    }

    @Test
    void forbiddenWordsAreNotWritten() {
        String before = caption(photo).out().strip();
        String word = before.substring(before.lastIndexOf(' ') + 1);
        assertThat(caption("--forbid", word, photo).out()).doesNotContain(word);
    }

    @Test
    void captionsBeginAsToldAndSayWhatTheyMust() {
        Cli told = caption("--prefix", "blue square", "--must-say", "above,red/circle", "--beam", 3, photo);
        assertThat(told.code()).isZero();
        assertThat(told.lines().get(0))
                .startsWith("blue square")
                .contains("above")
                .containsPattern("red|circle");

        Cli unknown = caption("--must-say", "zeppelin", photo);
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("zeppelin");
    }

    @Test
    void groupsOfABeamKeepAwayFromEachOther() {
        Cli groups = caption("--groups", 2, "--beam", 2, "--diversity-penalty", 20, "--alternatives", 1, photo);
        assertThat(groups.code()).isZero();
        List<String> captions = groups.lines().stream().map(String::strip).toList();
        assertThat(captions).hasSize(2);
        assertThat(captions.get(0).split(" ")[0]).isNotEqualTo(captions.get(1).split(" ")[0]);
    }

    @Test
    void theBackendsSayTheSame() {
        assertThat(caption("--backend", "djl", photos).lines())
                .isEqualTo(caption("--backend", "onnx", photos).lines());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--beam 0|beam width is 0; it must be between 1 and 64",
                "--beam wide|--beam",
                "--max-length 600|maximum length is 600; it must be between 1 and 512",
                "--length-penalty 11|length penalty is 11.0; it must be between -10 and 10",
                "--alternatives 2|--alternatives is 2; with beam width 1 it must be between 0 and 0; add --beam 3",
                "--batch 0|--batch is 0; it must be between 1 and 4096",
                "--device gpu|device is \"gpu\"; it must be cpu, cuda or cuda:N",
                "--forbid zebra|forbidden word \"zebra\"",
                "--json --csv|mutually exclusive",
                "--beams 3|Unknown option",
            })
    void wrongUsageIsExplained(String arguments, String message) {
        Object[] all = (arguments + " " + photo).split(" ");
        Cli wrong = caption(all);
        assertThat(wrong.err()).contains(message);
        assertThat(wrong.out()).isEmpty();
        assertThat(wrong.code()).isEqualTo(2);
    }

    @Test
    void aReportShowsEachPhotoBesideTheUsualResults() throws IOException {
        Path page = folder.resolve("captions.html");
        Cli plain = caption(photo, folder.resolve("gone.png"), "--json");
        Cli reported = caption(photo, folder.resolve("gone.png"), "--json", "--report", page);
        assertThat(reported.code()).isEqualTo(1);
        assertThat(reported.out()).isEqualTo(plain.out());
        assertThat(Files.readString(page))
                .contains(
                        "<h1>Captions</h1>",
                        ">" + photo.getFileName() + "<",
                        "gone.png does not exist",
                        "1 photo, 1 without a caption");
    }

    @Test
    void aReportThatCannotBeWrittenIsRefusedBeforeAnyPhoto() throws IOException {
        Path taken = Files.createDirectory(folder.resolve("taken"));
        Cli refused = caption(photo, "--report", taken);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("--report is " + taken + ", which is a folder; name a file");
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void noThreadsAreWrongUsage() {
        Cli wrong = Cli.run("caption", "--model", model, "--threads", 0, photo);
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("threads is 0; it must be between 1 and 1024");
    }

    @Test
    void noPictureAtAllIsWrongUsage() {
        Cli wrong = caption();
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("IMAGE|FOLDER").contains("Try: captioner caption --help");
    }

    @Test
    void noModelOrBackendIsNamedWithItsCure() {
        Cli noModel = Cli.run("caption", "--model", folder.resolve("nowhere"), photo);
        assertThat(noModel.code()).isEqualTo(3);
        assertThat(noModel.out()).isEmpty();
        assertThat(noModel.err()).contains("nowhere does not exist; name the folder of a model package");
        Cli noBackend = caption("--backend", "abacus", photo);
        assertThat(noBackend.code()).isEqualTo(3);
        assertThat(noBackend.err()).contains("backend \"abacus\" is not on the class path (installed: onnx, djl)");
    }
}
