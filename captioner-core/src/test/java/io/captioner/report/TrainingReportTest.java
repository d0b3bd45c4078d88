package io.captioner.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.train.EpochMetrics;
import io.captioner.train.TrainingListener.Start;
import io.captioner.train.TrainingResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingReportTest {
    private static final String[] TWELVE =
            IntStream.range(0, 12).mapToObj(i -> "a dog runs by the water " + i).toArray(String[]::new);

    @TempDir
    Path folder;

    @Test
    void aFinishedTrainingIsTold() throws IOException {
        Html html = report(Trainings.start(200, 20, 6), Trainings.overfitted(TWELVE), true);
        assertThat(html.text())
                .contains("Training on seaside", "Finished after 6 epochs", "epoch 3")
                .contains(
                        "Loss", "nats a word", "CIDEr-D", "BLEU-4", "Length of captions", "What the vocabulary covers")
                .contains("a dog runs by the water 0", "a dog runs by the water 11", "a person said this of photo 7")
                .contains("learningRate", "0.001", "AttentionLstm[embeddingSize=512");
        assertThat(html.elements("img"))
                .hasSize(2)
                .allMatch(img -> img.getAttribute("src").startsWith("data:image/jpeg"));
        assertThat(html.elements("figure")).hasSize(5);
        html.requireSelfContained();
    }

    @Test
    void itIsThereFromTheStartAndReadsItselfAnewUntilTheEnd() throws IOException {
        Path file = folder.resolve("work/report.html");
        TrainingReport report = TrainingReport.to(file, Trainings.dataset(200, 20));
        report.onStart(Trainings.start(200, 20, 6));
        assertThat(Html.read(file).text()).contains("Running: 0 of 6 epochs done", "Nothing to judge yet");
        report.onEpoch(Trainings.epoch(1, 4.1, 4.0, true, TWELVE));
        Html running = Html.read(file);
        assertThat(running.text()).contains("Running: 1 of 6 epochs done", "a dog runs by the water 3");
        assertThat(running.elements("meta"))
                .anyMatch(meta -> meta.getAttribute("http-equiv").equals("refresh"));
        report.onEnd(new TrainingResult(folder, 1, List.of()));
        assertThat(Html.read(file).elements("meta"))
                .noneMatch(meta -> meta.getAttribute("http-equiv").equals("refresh"));
        assertThat(Files.list(file.getParent())).containsExactly(file);
    }

    @Test
    void whatWasDoneBeforeAResumedTrainingIsThere() throws IOException {
        List<EpochMetrics> epochs = Trainings.overfitted(TWELVE);
        Start fresh = Trainings.start(200, 20, 6);
        Start resumed = new Start(200, 200, 20, 16, 6, 50, 200, fresh.recipe(), epochs.subList(0, 4));
        Html html = report(resumed, epochs.subList(4, 6), true);
        assertThat(html.text()).contains("Finished after 6 epochs", "epoch 1, dev: 4.000", "epoch 6, dev: 3.800");
    }

    @Test
    void captionsInARowThatAreEqualStandOnce() throws IOException {
        List<EpochMetrics> epochs = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            epochs.add(Trainings.epoch(i, 4 - 0.1 * i, 4 - 0.1 * i, true, i < 4 ? "a dog" : "a cat"));
        }
        Html html = report(Trainings.start(9000, 500, 5), epochs, true);
        assertThat(html.texts("li")).containsSequence("1 to 3a dog", "4 to 5 \u2713a cat");
    }

    @Test
    void markupInCaptionsAndNamesIsText() throws IOException {
        Html html = report(
                Trainings.start(200, 20, 1),
                List.of(Trainings.epoch(1, 4.1, 4.0, true, "<script>alert('\"&\u0007')</script>")),
                true);
        assertThat(html.elements("script")).isEmpty();
        assertThat(html.text()).contains("<script>alert('\"&\ufffd')</script>");
        html.requireSelfContained();
    }

    @Test
    void withoutDevPhotosTheCurveOfTrainingIsThere() throws IOException {
        Html html = report(
                Trainings.start(200, 0, 2),
                List.of(Trainings.epoch(1, 4.1, null, true), Trainings.epoch(2, 3.1, null, true)),
                true);
        assertThat(html.text())
                .contains("Nobody knows how it does on new photos")
                .doesNotContain("CIDEr-D");
        html.requireSelfContained();
    }

    @Test
    void aReportThatCannotBeWrittenEndsNoTraining() throws IOException {
        Path occupied = Files.writeString(folder.resolve("occupied"), "a file");
        TrainingReport report = TrainingReport.to(occupied.resolve("report.html"), Trainings.dataset(200, 20));
        Trainings.play(report, Trainings.start(200, 20, 6), Trainings.overfitted(TWELVE), true);
        assertThat(occupied).hasContent("a file");
    }

    private Html report(Start start, List<EpochMetrics> epochs, boolean ends) throws IOException {
        Path file = folder.resolve("report.html");
        Trainings.play(
                TrainingReport.to(
                        file, Trainings.dataset(start.images() > 1000 ? 300 : start.images(), start.devImages() / 10)),
                start,
                epochs,
                ends);
        return Html.read(file);
    }
}
