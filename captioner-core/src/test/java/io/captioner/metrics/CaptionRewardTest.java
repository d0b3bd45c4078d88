package io.captioner.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.text.Vocabulary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CaptionRewardTest {
    private static final List<String> WORDS = List.of(
            "a", "dog", "runs", "on", "the", "grass", "man", "in", "red", "shirt", "and", "child", "jumps", "water");

    private static final List<String> ALL =
            Stream.concat(Vocabulary.SPECIAL.stream(), WORDS.stream()).toList();

    private final Random random = new Random(4);

    @Test
    void isTheMetricOfTheSameCaptions() {
        List<List<List<String>>> references = new ArrayList<>();
        Map<String, List<String>> texts = new LinkedHashMap<>();
        Map<String, String> results = new LinkedHashMap<>();
        List<List<String>> captions = new ArrayList<>();
        for (int picture = 0; picture < 40; picture++) {
            List<List<String>> people = IntStream.range(0, 1 + picture % 5)
                    .mapToObj(i -> caption(WORDS, 2 + random.nextInt(9)))
                    .toList();
            references.add(people);
            texts.put("" + picture, people.stream().map(CaptionRewardTest::text).toList());
            captions.add(caption(WORDS, random.nextInt(10)));
            results.put("" + picture, text(captions.get(picture)));
        }
        Vocabulary vocabulary = Vocabulary.of(ALL);
        CaptionReward plain = new CaptionReward(references, vocabulary.words(), false, 0);
        CaptionReward both = new CaptionReward(references, vocabulary.words(), false, 2.5);
        Scores scores = CaptionMetrics.score(texts, results);
        for (int picture = 0; picture < 40; picture++) {
            int[] ids = ids(vocabulary, captions.get(picture));
            ImageScore score = scores.images().get(picture);
            assertThat(plain.of(picture, ids, true)).isCloseTo(score.get(Metric.CIDER_D), within(1e-12));
            assertThat(plain.of(picture, ids, false)).isCloseTo(score.get(Metric.CIDER_D), within(1e-12));
            assertThat(both.of(picture, ids, true))
                    .isCloseTo(score.get(Metric.CIDER_D) + 2.5 * score.get(Metric.BLEU_4), within(1e-12));
        }
    }

    @Test
    void theEndIsAWord() {
        List<List<List<String>>> references = List.of(
                List.of(List.of("a", "dog", "runs", "on", "grass"), List.of("a", "dog", "on", "the", "grass")),
                List.of(List.of("a", "man", "in", "a", "red", "shirt")),
                List.of(List.of("a", "child", "jumps", "in", "the", "water")));
        Vocabulary vocabulary = Vocabulary.of(ALL);
        CaptionReward reward = new CaptionReward(references, vocabulary.words(), true, 0);
        int[] whole = ids(vocabulary, List.of("a", "dog", "on", "grass"));
        int[] midAir = ids(vocabulary, List.of("a", "dog", "on", "grass", "a"));
        assertThat(reward.of(0, whole, true))
                .isGreaterThan(reward.of(0, whole, false))
                .isGreaterThan(reward.of(0, midAir, true));
        // It is the metric over captions that have one word more.
        Map<String, List<String>> texts = new LinkedHashMap<>();
        references.forEach(people -> texts.put(
                "" + texts.size(),
                people.stream().map(words -> text(words) + " zzz").toList()));
        Scores scores = CaptionMetrics.score(texts, Map.of("0", "a dog on grass zzz", "1", "a man", "2", "water zzz"));
        assertThat(reward.of(0, whole, true)).isCloseTo(scores.images().get(0).get(Metric.CIDER_D), within(1e-12));
        assertThat(reward.of(1, ids(vocabulary, List.of("a", "man")), false))
                .isCloseTo(scores.images().get(1).get(Metric.CIDER_D), within(1e-12));
    }

    @Test
    void anUnknownWordEarnsNothing() {
        List<List<List<String>>> references = List.of(
                List.of(List.of("a", "xylophone", "plays"), List.of("the", "xylophone")),
                List.of(List.of("a", "dog")),
                List.of(List.of("water")));
        Vocabulary vocabulary = Vocabulary.of(ALL);
        CaptionReward reward = new CaptionReward(references, vocabulary.words(), true, 1);
        assertThat(reward.of(0, new int[] {Vocabulary.UNKNOWN, Vocabulary.UNKNOWN}, false))
                .isCloseTo(0, within(1e-9));
        assertThat(reward.of(0, new int[] {vocabulary.id("a"), Vocabulary.UNKNOWN}, true))
                .isLessThan(reward.of(0, new int[] {vocabulary.id("a")}, true));
        assertThat(reward.of(0, new int[0], false)).isCloseTo(0, within(1e-9));
    }

    @Test
    void isTheSameFromAllThreads() {
        List<List<List<String>>> references = IntStream.range(0, 50)
                .mapToObj(picture -> List.of(caption(WORDS, 9), caption(WORDS, 7)))
                .toList();
        Vocabulary vocabulary = Vocabulary.of(ALL);
        CaptionReward reward = new CaptionReward(references, vocabulary.words(), true, 0.5);
        int[][] captions = IntStream.range(0, 2000)
                .mapToObj(i -> ids(vocabulary, caption(WORDS, 1 + i % 12)))
                .toArray(int[][]::new);
        double[] one = IntStream.range(0, 2000)
                .mapToDouble(i -> reward.of(i % 50, captions[i], i % 2 == 0))
                .toArray();
        double[] many = IntStream.range(0, 2000)
                .parallel()
                .mapToDouble(i -> reward.of(i % 50, captions[i], i % 2 == 0))
                .toArray();
        assertThat(many).isEqualTo(one);
    }

    @Test
    void refusesWhatItCannotCompareWith() {
        assertThatThrownBy(() -> new CaptionReward(List.of(List.of()), WORDS, true, 0))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("picture 0");
        assertThatThrownBy(() -> new CaptionReward(List.of(), WORDS, true, -1))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("-1");
    }

    private List<String> caption(List<String> words, int length) {
        return IntStream.range(0, length)
                .mapToObj(i -> words.get(random.nextInt(words.size())))
                .toList();
    }

    private static String text(List<String> words) {
        return String.join(" ", words);
    }

    private static int[] ids(Vocabulary vocabulary, List<String> words) {
        return words.stream().mapToInt(vocabulary::id).toArray();
    }
}
