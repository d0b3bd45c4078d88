package io.captioner.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.AttentionMap;
import io.captioner.Caption;
import io.captioner.Caption.Finish;
import io.captioner.Caption.Word;
import io.captioner.ImageInput;
import io.captioner.image.ImageTransform;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both reports as Chromium shows them: their text, on a desk and on a phone, by day and by night. */
class ReportsInABrowserTest {
    private static final int DESK = 1280;
    private static final int PHONE = 390;

    @TempDir
    Path folder;

    private Browser browser;

    @BeforeEach
    void findBrowser() {
        browser = Browser.find(folder);
    }

    @Test
    void trainingReport() throws IOException {
        Path page = folder.resolve("report.html");
        String[] said = IntStream.range(0, 12)
                .mapToObj(i -> "a dog number " + i + " runs <script>document.title = 'run'</script>")
                .toArray(String[]::new);
        Trainings.play(
                TrainingReport.to(page, Trainings.dataset(200, 20)),
                Trainings.start(200, 20, 6),
                Trainings.overfitted(said),
                true);
        String dom = browser.dom(page);
        assertThat(dom)
                .contains("<title>Training on seaside</title>", "It overfits: since epoch 3", "a dog number 11 runs")
                .doesNotContain("<script");
        requireGoodLooks(page);
    }

    @Test
    void captionReport() throws IOException {
        Path page = folder.resolve("captions.html");
        Word word =
                new Word("attentively", -0.5, new AttentionMap(3, 3, new float[] {0, 0, 0, 0, 0.9f, 0.1f, 0, 0, 0}));
        Caption caption =
                new Caption("attentively attentively", List.of(word, word), -1, Finish.END, List.of(), "made-up-1");
        try (CaptionReport report = CaptionReport.to(page, ImageTransform.squash(224))) {
            report.add(Trainings.ASTRONAUT.toString(), ImageInput.of(Trainings.ASTRONAUT), caption);
            report.add("photo-of-a-long-name-".repeat(8) + ".jpg", ImageInput.of(Trainings.CHINA), caption);
        }
        assertThat(browser.dom(page))
                .contains("<title>Captions</title>", "attentively attentively", "61 %", "astronaut.jpg");
        requireGoodLooks(page);
    }

    /** Nothing is wider than the window, the page follows day and night, and something is painted. */
    private void requireGoodLooks(Path page) throws IOException {
        assertThat(browser.contentWidth(page, PHONE)).as("width on a phone").isEqualTo(PHONE);
        BufferedImage day = browser.screenshot(page, DESK, 900, false);
        BufferedImage night = browser.screenshot(page, PHONE, 900, true);
        assertThat(brightness(day, 2, 2)).as("page by day").isGreaterThan(230);
        assertThat(brightness(night, 2, 2)).as("page by night").isLessThan(40);
        assertThat(colours(day)).as("colours by day").isGreaterThan(50);
        assertThat(colours(night)).as("colours by night").isGreaterThan(50);
    }

    private static int brightness(BufferedImage picture, int x, int y) {
        int rgb = picture.getRGB(x, y);
        return ((rgb >> 16 & 0xff) + (rgb >> 8 & 0xff) + (rgb & 0xff)) / 3;
    }

    private static int colours(BufferedImage picture) {
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < picture.getHeight(); y += 3) {
            for (int x = 0; x < picture.getWidth(); x += 3) {
                colours.add(picture.getRGB(x, y));
            }
        }
        return colours.size();
    }
}
