package io.captioner.confidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.AttentionMap;
import io.captioner.Caption;
import io.captioner.DatasetException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private final Random random = new Random(4);

    /** Log-normal, as silent and loud channels are. */
    private float[] features() {
        float[] features = new float[16];
        for (int d = 0; d < features.length; d++) {
            features[d] = (float) Math.exp(random.nextGaussian() - 1);
        }
        return features;
    }

    private static Caption caption(String text, double logProbability) {
        AttentionMap map = new AttentionMap(1, 1, new float[] {1});
        List<Caption.Word> words = Arrays.stream(text.split(" "))
                .map(word -> new Caption.Word(word, logProbability, map))
                .toList();
        return new Caption(text, words, logProbability, Caption.Finish.END, List.of(), "made-up-1");
    }

    /** People agree word for word; the model says the same of every other photo, and is surer there. */
    private List<Calibration.Photo> photos(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    String people = "word" + i + " one two three";
                    boolean right = i % 2 == 0;
                    return new Calibration.Photo(
                            caption(
                                    right ? people : "nothing of that sort",
                                    (right ? -0.5 : -1.5) + random.nextGaussian() * 0.4),
                            List.of(people, people),
                            features());
                })
                .toList();
    }

    private List<float[]> typical(int count) {
        return IntStream.range(0, count).mapToObj(i -> features()).toList();
    }

    @Test
    void aCaptionAsGoodAsAPersonsIsGood() {
        Calibration calibration = Calibration.of(typical(300), photos(200));
        Confidence confidence = calibration.reliability().confidence();
        assertThat(calibration.photos()).isEqualTo(200);
        assertThat(calibration.good()).isEqualTo(0.5);
        assertThat(confidence.separation()).isGreaterThan(0.9);
        assertThat(confidence.calibrationError()).isLessThan(0.1);
        assertThat(confidence.of(new Signs(-0.4, -0.4, 4, 1))).isGreaterThan(0.8);
        assertThat(confidence.of(new Signs(-1.6, -1.6, 4, 1))).isLessThan(0.2);
    }

    @Test
    void fewTypicalPhotosAreFlaggedAndOthersAre() {
        List<float[]> typical = typical(500);
        Calibration calibration = Calibration.of(typical, photos(200));
        assertThat(calibration.unlike()).isBetween(0.01, 0.03);
        Typical trained = Typical.of(typical);
        Familiarity familiarity = calibration.reliability().familiarity();
        assertThat(familiarity.unlike(trained.unfamiliarity(new float[16]))).isTrue();
        assertThat(typical.stream()
                        .mapToDouble(trained::unfamiliarity)
                        .average()
                        .orElseThrow())
                .isCloseTo(1, within(1e-4));
        assertThat(calibration.familiarity().names())
                .containsExactlyInAnyOrder("familiarity.mean", "familiarity.scale");
    }

    @Test
    void aCaptionWithoutWordsIsNotTrusted() {
        Reliability sure = new Reliability(new Confidence(0.5, 5, 0, 0, 0, 0, 0, 1), new Familiarity(1));
        Caption none = new Caption("", List.of(), 0, Caption.Finish.END, List.of(), "made-up-1");
        assertThat(sure.judge(none, 0.9).confidence()).hasValue(0);
        Caption some = sure.judge(caption("a dog", -1), 1.1);
        assertThat(some.confidence().orElseThrow()).isCloseTo(0.9933, within(1e-4));
        assertThat(some.unlikeTraining()).isTrue();
    }

    @Test
    void aChannelThatNeverChangesDoesNotDecideAlone() {
        List<float[]> silent = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            silent.add(new float[] {0, random.nextFloat()});
        }
        assertThat(Typical.of(silent).unfamiliarity(new float[] {0.001f, 0.5f})).isLessThan(5);
    }

    @Test
    void tooLittleIsRefused() {
        assertThatThrownBy(() -> Calibration.of(typical(19), photos(60)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("20");
        assertThatThrownBy(() -> Calibration.of(typical(30), photos(49)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("50");
        assertThatThrownBy(() -> Calibration.of(List.of(new float[3]), photos(60)))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("16 features");
        List<Calibration.Photo> single = photos(60).stream()
                .map(photo -> new Calibration.Photo(
                        photo.caption(), photo.references().subList(0, 1), photo.features()))
                .toList();
        assertThatThrownBy(() -> Calibration.of(typical(30), single))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("two references");
    }
}
