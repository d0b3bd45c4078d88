package io.captioner.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.captioner.report.Finding.Level;
import io.captioner.train.EpochMetrics;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void aDevLossThatRisesWhileTrainingFallsIsCalledOverfitting() {
        List<Finding> findings = verdict(200, 20, true, Trainings.overfitted());
        assertThat(findings.get(0).level()).isEqualTo(Level.WARNING);
        assertThat(finding(findings, "overfits"))
                .contains("since epoch 3 it learns the training photos by heart")
                .contains("rose from 3.400 in epoch 3 to 3.800 in epoch 6", "from 2.600 to 1.400")
                .contains("dev is worse than train, 3.80 against 1.40 nats a word", "11.0 times less probable")
                .contains("The package has the weights of epoch 3")
                .contains("more photos");
    }

    @Test
    void devFarFromTrainIsCalledOverfittingAlsoWhereItDoesNotRise() {
        assertThat(finding(verdict(900, 200, true, epochs(3, 4, 2, 3.2)), "much worse on new photos"))
                .contains("3.20 against 2.00 nats a word", "what is missing is data");
        assertThat(finding(verdict(900, 200, true, epochs(3, 4, 2.6, 3.1)), "somewhat worse on new photos"))
                .contains("Some distance is usual");
    }

    @Test
    void enoughDataWithoutADistanceIsGood() {
        List<Finding> findings = verdict(6000, 1000, true, epochs(3.2, 3.1, 3.19, 3.095));
        assertThat(findings).extracting(Finding::level).containsExactly(Level.GOOD);
        assertThat(findings.get(0).title()).isEqualTo("No sign of overfitting.");
    }

    @Test
    void fewPhotosAreSaidToBeFewWhateverTheLossSays() {
        assertThat(finding(verdict(200, 20, true, epochs(3.2, 3.1, 3.19, 3.095)), "Too little data"))
                .contains("200 training photos", "more photos of the kind");
        assertThat(finding(verdict(200, 20, true, epochs(3.2, 3.1, 3.19, 3.095)), "Few dev photos: 20"))
                .contains("chance");
        assertThat(finding(verdict(2500, 200, true, epochs(3.2, 3.1, 3.19, 3.095)), "Not many photos"))
                .contains("2500");
    }

    @Test
    void aSmallWorldThatIsMasteredIsNotCalledTooLittleData() {
        List<Finding> findings = verdict(180, 20, true, epochs(0.3, 0.25, 0.2, 0.2));
        assertThat(finding(findings, "Only 180 training photos")).contains("photos of any other kind");
        assertThat(findings).noneMatch(finding -> finding.title().contains("Too little data"));
    }

    @Test
    void aTrainingThatEndedTooEarlyIsToldSo() {
        assertThat(finding(verdict(6000, 1000, true, epochs(5, 4.5, 4, 4)), "still getting better"))
                .contains("by 11.1 %", "more epochs");
        assertThat(verdict(6000, 1000, false, epochs(5, 4.5, 4, 4)))
                .noneMatch(finding -> finding.title().contains("still getting better"));
    }

    @Test
    void oneCaptionForAllPhotosIsToldSo() {
        String[] same = new String[12];
        Arrays.fill(same, "a dog runs");
        assertThat(finding(
                        verdict(6000, 1000, true, List.of(Trainings.epoch(1, 4, 4.0, true, same))),
                        "the same of different"))
                .contains("captions of 12 dev photos are made of the same words in epoch 1");
        String[] stammered =
                IntStream.range(0, 12).mapToObj(i -> "a man" + " a".repeat(i)).toArray(String[]::new);
        assertThat(finding(
                        verdict(6000, 1000, true, List.of(Trainings.epoch(1, 4, 4.0, true, stammered))),
                        "the same of different"))
                .contains("the same words");
        String[] different = IntStream.range(0, 12).mapToObj(i -> "a dog " + i).toArray(String[]::new);
        assertThat(verdict(6000, 1000, true, List.of(Trainings.epoch(1, 4, 4.0, true, different))))
                .noneMatch(finding -> finding.title().contains("the same of different"));
    }

    @Test
    void aLowScoreIsToldInWords() {
        List<EpochMetrics> epochs =
                List.of(new EpochMetrics(1, 50, 4, 4, 4.0, 0.03, 0.0, 1e-3, 5000, 20, true, List.of()));
        assertThat(finding(verdict(6000, 1000, true, epochs), "do not fit yet")).contains("dev CIDEr-D 0.03");
        assertThat(verdict(6000, 1000, true, List.of(Trainings.epoch(2, 4, 4.0, true, "a dog"))))
                .noneMatch(finding -> finding.title().contains("do not fit"));
    }

    @Test
    void wordsOfDevCaptionsThatTheModelDoesNotKnowAreCounted() {
        assertThat(verdict(6000, 0, true, List.of(Trainings.epoch(1, 4, null, true))))
                .anyMatch(finding -> finding.title().contains("words in dev captions are unknown"));
    }

    private static List<EpochMetrics> epochs(double train1, double dev1, double train2, double dev2) {
        return List.of(Trainings.epoch(1, train1, dev1, true), Trainings.epoch(2, train2, dev2, true));
    }

    private static List<Finding> verdict(int images, int devImages, boolean finished, List<EpochMetrics> epochs) {
        TrainingLog log = new TrainingLog(Trainings.start(images, devImages, 6));
        epochs.forEach(log::add);
        if (finished) {
            log.finish();
        }
        // five words known where the dev split is empty, else all
        return Verdict.of(log, TrainingData.of(Trainings.dataset(100, 20), devImages == 0 ? 5 : 1000));
    }

    private static String finding(List<Finding> findings, String title) {
        Finding found = findings.stream()
                .filter(finding -> finding.title().contains(title))
                .findFirst()
                .orElseThrow(() -> new AssertionError("none is called " + title + ": " + findings));
        return found.title() + " " + found.text();
    }
}
