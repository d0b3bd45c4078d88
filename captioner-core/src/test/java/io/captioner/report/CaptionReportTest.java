package io.captioner.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.AttentionMap;
import io.captioner.Caption;
import io.captioner.Caption.Alternative;
import io.captioner.Caption.Finish;
import io.captioner.Caption.Word;
import io.captioner.CaptionerException;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptionReportTest {
    @TempDir
    Path folder;

    @Test
    void everyPhotoWordProbabilityAndAlternativeIsThere() throws IOException {
        Html html = report(CaptionReportTest::looking, Trainings.ASTRONAUT, Trainings.CHINA);
        assertThat(html.texts("h2")).containsExactly("a woman smiles", "a woman smiles");
        assertThat(html.texts("b")).containsExactly("a", "woman", "smiles", "a", "woman", "smiles");
        assertThat(html.text())
                .contains("astronaut.jpg", "china.jpg", "made-up-1", "50 %", "25 %", "13 %")
                .contains("Score \u22121.25", "a man", "\u22122.50", "2 photos")
                .contains("the photo shows where the model looked");
        html.requireSelfContained();
    }

    @Test
    void theAttentionOfEachWordLiesOverThePhoto() throws IOException {
        Html html = report(CaptionReportTest::looking, Trainings.ASTRONAUT);
        assertThat(html.ids()).contains("p1p", "p1w0", "p1w1", "p1w2");
        assertThat(html.elements("image")).hasSize(4); // the photo once, a map for each word
        assertThat(html.elements("use")).hasSize(1 + 2 * 3); // photo alone; for each word its thumbnail and its overlay
        assertThat(html.elements("input")).hasSize(4);
    }

    @Test
    void aModelWithoutAttentionShowsWordsAlone() throws IOException {
        Html html = report(number -> caption("a woman smiles", (row, column) -> 1 / 9f), Trainings.ASTRONAUT);
        assertThat(html.elements("image")).hasSize(1);
        assertThat(html.elements("input")).isEmpty();
        assertThat(html.texts("b")).containsExactly("a", "woman", "smiles");
        assertThat(html.text()).contains("has no attention over places");
        html.requireSelfContained();
    }

    @Test
    void markupInCaptionsAndNamesIsText() throws IOException {
        Path file = folder.resolve("captions.html");
        try (CaptionReport report = CaptionReport.to(file, ImageTransform.squash(224))) {
            report.add(
                    "x/<img src=x onerror=alert(1)>.jpg",
                    ImageInput.of(Trainings.CHINA),
                    caption("a <script>alert('x')</script> \" & dog", CaptionReportTest::corner));
            report.addProblem("<b>bold</b>.jpg", "<i>it</i> is no picture");
        }
        Html html = Html.read(file);
        assertThat(html.text())
                .contains("a <script>alert('x')</script> \" & dog", "<b>bold</b>.jpg", "<i>it</i> is no picture")
                .contains("1 photo, 1 without a caption");
        html.requireSelfContained();
    }

    @Test
    void anUnreadablePhotoLeavesItsCaption() throws IOException {
        Html html = report(CaptionReportTest::looking, folder.resolve("gone.jpg"));
        assertThat(html.text()).contains("The photo cannot be shown", "a woman smiles", "50 %");
        html.requireSelfContained();
    }

    @Test
    void theFileAppearsWholeWhenTheReportIsClosed() throws IOException {
        Path file = Files.writeString(folder.resolve("captions.html"), "before");
        CaptionReport report = CaptionReport.to(file, ImageTransform.squash(224));
        report.add("a", ImageInput.of(Trainings.CHINA), looking(0));
        assertThat(file).hasContent("before");
        report.close();
        report.close();
        Html.read(file).requireSelfContained();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aPlaceThatCannotBeWrittenIsNamed() throws IOException {
        Path occupied = Files.writeString(folder.resolve("occupied"), "a file");
        assertThatThrownBy(() -> CaptionReport.to(occupied.resolve("x.html"), ImageTransform.squash(224)))
                .isInstanceOf(CaptionerException.class)
                .hasMessageContaining("x.html cannot be written");
    }

    @Test
    void aFolderIsRefusedBeforeAnythingIsCaptioned() throws IOException {
        assertThatThrownBy(() -> CaptionReport.to(folder, ImageTransform.squash(224)))
                .isInstanceOf(CaptionerException.class)
                .hasMessageContaining(folder + " cannot be written: it is a folder; name a file in it");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void nothingIsLeftOfAReportThatCannotBePutInItsPlace() throws IOException {
        Path place = folder.resolve("captions.html");
        CaptionReport report = CaptionReport.to(place, ImageTransform.squash(224));
        report.add("a", ImageInput.of(Trainings.CHINA), looking(0));
        Path occupant = Files.writeString(Files.createDirectory(place).resolve("a.txt"), "in the way");
        assertThatThrownBy(report::close)
                .isInstanceOf(CaptionerException.class)
                .hasMessageContaining("captions.html cannot be written");
        report.close();
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(place);
        }
        assertThat(occupant).hasContent("in the way");
    }

    @Test
    void aMapCoversWhatTheEncoderSees() {
        assertThat(Region.of(ImageTransform.squash(224), 640, 480)).isEqualTo(new Region(0, 0, 640, 480));
        // short side 480 becomes 256, the middle 224 of it are seen: 420 of the picture's pixels
        Region crop = Region.of(ImageTransform.resizeAndCrop(256, 224), 640, 480);
        assertThat(crop).isEqualTo(new Region(110, 30, 420, 420));
    }

    @Test
    void aMapIsSmoothAndKeepsItsPlaces() {
        AttentionMap map = new AttentionMap(7, 7, weights(7, (row, column) -> row == 1 && column == 5 ? 1 : 0));
        double[] fine = HeatMap.smooth(map);
        int side = (int) Math.sqrt(fine.length);
        int peak = IntStream.range(0, fine.length)
                .reduce((a, b) -> fine[a] >= fine[b] ? a : b)
                .orElseThrow();
        assertThat((peak / side + 0.5) / side).isCloseTo(1.5 / 7, within(0.02));
        assertThat((peak % side + 0.5) / side).isCloseTo(5.5 / 7, within(0.02));
        double steepest = IntStream.range(0, fine.length - 1)
                .filter(i -> (i + 1) % side != 0)
                .mapToDouble(i -> Math.abs(fine[i + 1] - fine[i]))
                .max()
                .orElseThrow();
        assertThat(steepest).isLessThan(0.15 * fine[peak]);
    }

    private interface Weight {
        float at(int row, int column);
    }

    private interface Captions {
        Caption of(int number);
    }

    private static Caption looking(int number) {
        return caption("a woman smiles", CaptionReportTest::corner);
    }

    private static float corner(int row, int column) {
        return row + column == 0 ? 0.6f : 0.05f;
    }

    private static Caption caption(String text, Weight attention) {
        AttentionMap map = new AttentionMap(3, 3, weights(3, attention));
        String[] words = text.split(" ");
        List<Word> told = IntStream.range(0, words.length)
                .mapToObj(i -> new Word(words[i], Math.log(Math.pow(0.5, i + 1)), map))
                .toList();
        return new Caption(
                text,
                told,
                -1.25,
                Finish.END,
                List.of(new Alternative("a man", told.subList(0, 1), -2.5, Finish.END)),
                "made-up-1");
    }

    private static float[] weights(int side, Weight weight) {
        float[] weights = new float[side * side];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = weight.at(i / side, i % side);
        }
        return weights;
    }

    private Html report(Captions captions, Path... photos) throws IOException {
        Path file = folder.resolve("captions.html");
        try (CaptionReport report = CaptionReport.to(file, ImageTransform.squash(224))) {
            for (int i = 0; i < photos.length; i++) {
                report.add(photos[i].toString(), ImageInput.of(photos[i]), captions.of(i));
            }
        }
        return Html.read(file);
    }
}
