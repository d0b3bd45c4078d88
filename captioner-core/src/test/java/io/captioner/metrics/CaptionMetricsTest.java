package io.captioner.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.DatasetException;
import io.captioner.OptionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CaptionMetricsTest {
    record Corpus(Map<String, List<String>> references, Map<String, String> results) {}

    @Provide
    Arbitrary<Corpus> corpora() {
        Arbitrary<String> caption = Arbitraries.of(
                        "a", "the", "dog", "dogs", "runs", "red", "on", "grass", "man's", "2", ",", ".", "(", "t-shirt",
                        "\u00e9", "1/2", "U.S.")
                .list()
                .ofMaxSize(9)
                .map(words -> String.join(" ", words));
        Arbitrary<Map.Entry<String, List<String>>> image = Combinators.combine(
                        caption, caption.list().ofMinSize(1).ofMaxSize(4))
                .as(Map::entry);
        return image.list().ofMinSize(1).ofMaxSize(6).map(images -> {
            Corpus corpus = new Corpus(new LinkedHashMap<>(), new LinkedHashMap<>());
            for (int i = 0; i < images.size(); i++) {
                corpus.results().put("" + i, images.get(i).getKey());
                corpus.references().put("" + i, images.get(i).getValue());
            }
            return corpus;
        });
    }

    @Property(tries = 300)
    void scoresLieInTheirRanges(@ForAll("corpora") Corpus corpus) {
        Scores scores = CaptionMetrics.score(corpus.references(), corpus.results());
        for (Metric metric : scores.metrics()) {
            double most = metric == Metric.CIDER || metric == Metric.CIDER_D ? 10 : 1;
            assertThat(scores.get(metric)).as(metric.label()).isBetween(0.0, most + 1e-9);
            scores.images().forEach(image -> assertThat(image.get(metric)).isBetween(0.0, most + 1e-9));
        }
        assertThat(scores.ciderD()).isLessThanOrEqualTo(scores.cider() + 1e-9);
    }

    @Property(tries = 200)
    void orderOfImagesChangesNothing(@ForAll("corpora") Corpus corpus, @ForAll Random random) {
        List<String> ids = new ArrayList<>(corpus.references().keySet());
        Collections.shuffle(ids, random);
        Map<String, List<String>> shuffled = new LinkedHashMap<>();
        ids.forEach(id -> shuffled.put(id, corpus.references().get(id)));
        Scores scores = CaptionMetrics.score(corpus.references(), corpus.results());
        Scores other = CaptionMetrics.score(shuffled, corpus.results());
        for (Metric metric : scores.metrics()) {
            assertThat(other.get(metric)).isCloseTo(scores.get(metric), within(1e-12));
        }
        Map<String, Double> byId = new LinkedHashMap<>();
        scores.images().forEach(image -> byId.put(image.id(), image.ciderD()));
        other.images().forEach(image -> assertThat(image.ciderD()).isCloseTo(byId.get(image.id()), within(1e-12)));
    }

    @Property(tries = 200)
    void captionEqualToItsOnlyReferenceIsPerfect(@ForAll("corpora") Corpus corpus) {
        corpus.results()
                .values()
                .removeIf(caption -> PtbTokenizer.tokenize(caption).size() < 4);
        Map<String, List<String>> themselves = new LinkedHashMap<>();
        corpus.results().forEach((id, caption) -> themselves.put(id, List.of(caption)));
        if (themselves.isEmpty()) {
            return;
        }
        Scores scores = CaptionMetrics.score(themselves, corpus.results());
        for (Metric metric : List.of(Metric.BLEU_1, Metric.BLEU_2, Metric.BLEU_3, Metric.BLEU_4, Metric.ROUGE_L)) {
            scores.images().forEach(image -> assertThat(image.get(metric)).isCloseTo(1, within(1e-8)));
            assertThat(scores.get(metric)).isCloseTo(1, within(1e-8));
        }
    }

    private static final Map<String, List<String>> REFERENCES = Map.of(
            "1", List.of("a dog runs on the grass", "a brown dog is running"),
            "2", List.of("two men ride their bikes", "men on bicycles"),
            "3", List.of("a child in a red coat", "a girl plays in the snow"));

    private static final Map<String, String> RESULTS =
            Map.of("1", "a dog runs on grass", "2", "two men on bikes", "3", "a child plays in the snow");

    @Test
    void ciderIsTheCosineAndCiderDClipsAndPunishesLength() {
        Map<String, List<String>> references = Map.of("1", List.of("red dog"), "2", List.of("blue cat"));
        Scores equal = CaptionMetrics.score(references, Map.of("1", "red dog", "2", "blue cat"));
        // Two orders of four have n-grams, each with cosine 1.
        assertThat(equal.cider()).isCloseTo(5, within(1e-12));
        assertThat(equal.ciderD()).isCloseTo(5, within(1e-12));

        Scores doubled = CaptionMetrics.score(references, Map.of("1", "red dog red dog", "2", "blue cat"));
        double pairs = 2 / Math.sqrt(2 * 2 + 1); // (2, 1) against (1, 0)
        assertThat(doubled.images().get(ids(doubled).indexOf("1")).cider())
                .isCloseTo(10 * (1 + pairs) / 4, within(1e-12));
        double clipped = 2 / (Math.sqrt(8) * Math.sqrt(2)) + 1 / Math.sqrt(2 * 2 + 1);
        assertThat(doubled.images().get(ids(doubled).indexOf("1")).ciderD())
                .isCloseTo(10 * clipped * Math.exp(-4 / 72.0) / 4, within(1e-12));
    }

    private static List<String> ids(Scores scores) {
        return scores.images().stream().map(ImageScore::id).toList();
    }

    @Test
    void signatureSaysHowTheNumbersCameToBe() {
        assertThat(CaptionMetrics.score(REFERENCES, RESULTS).signature())
                .isEqualTo("bleu:corpus,closest rougeL:beta1.2 cider,ciderD:n4,sigma6,df-references | tokens:ptb-1"
                        + " | images:3 references:2 | version:1");
    }

    @Test
    void valuesAndTableNameEachMetric() {
        Scores scores = CaptionMetrics.score(REFERENCES, RESULTS);
        assertThat(scores.values().keySet())
                .containsExactly("bleu1", "bleu2", "bleu3", "bleu4", "rougeL", "cider", "ciderD");
        assertThat(scores.table(1)).hasLineCount(8).contains("CIDEr-D  ").endsWith(scores.signature() + "\n");
        assertThat(Metric.of("ciderD")).isEqualTo(Metric.CIDER_D);
        assertThatThrownBy(() -> Metric.of("spice"))
                .isInstanceOf(OptionException.class)
                .hasMessageStartingWith("there is no metric 'spice'; metrics are [bleu1, bleu2");
    }

    @Test
    void ranksImages() {
        Scores scores = CaptionMetrics.score(REFERENCES, RESULTS);
        ImageScore best = scores.best(Metric.CIDER_D, 1).get(0);
        ImageScore worst = scores.worst(Metric.CIDER_D, 20).get(0);
        assertThat(best.ciderD()).isGreaterThan(worst.ciderD());
        assertThat(scores.worst(Metric.CIDER_D, 20)).hasSize(3).endsWith(best);
    }

    @Test
    void intervalsAreTheSameForTheSameSeedAndHoldTheValue() {
        Scores scores = CaptionMetrics.score(REFERENCES, RESULTS);
        for (Metric metric : scores.metrics()) {
            Interval interval = scores.interval(metric, 1000, 7);
            assertThat(interval).isEqualTo(scores.interval(metric, 1000, 7));
            assertThat(scores.get(metric)).isBetween(interval.low(), interval.high());
        }
        assertThatThrownBy(() -> scores.interval(Metric.BLEU_4, 10, 7))
                .isInstanceOf(OptionException.class)
                .hasMessage("samples is 10; it must be between 100 and 1000000");
    }

    @Test
    void pairedComparisonFindsAClearDifferenceAndNoneWhereThereIsNone() {
        Map<String, List<String>> references = new LinkedHashMap<>();
        Map<String, String> good = new LinkedHashMap<>();
        Map<String, String> bad = new LinkedHashMap<>();
        for (int i = 0; i < 60; i++) {
            references.put("" + i, List.of("dog number" + i + " runs on the grass", "a dog number" + i));
            good.put("" + i, "a dog number" + i + " runs");
            bad.put("" + i, i % 5 == 0 ? "a dog number" + i + " runs" : "a cat sleeps");
        }
        Scores first = CaptionMetrics.score(references, good);
        Comparison clear = first.compare(CaptionMetrics.score(references, bad), Metric.CIDER_D, 1000, 3);
        assertThat(clear.difference()).isCloseTo(clear.first() - clear.second(), within(1e-12));
        assertThat(clear.significant()).isTrue();
        assertThat(clear.pValue()).isLessThan(0.01);
        Comparison none = first.compare(first, Metric.BLEU_4, 1000, 3);
        assertThat(none.difference()).isZero();
        assertThat(none.pValue()).isEqualTo(1);
        assertThat(none.significant()).isFalse();
        assertThatThrownBy(() -> first.compare(CaptionMetrics.score(REFERENCES, RESULTS), Metric.BLEU_4, 1000, 3))
                .isInstanceOf(DatasetException.class)
                .hasMessageStartingWith("the two results are not of the same images");
    }

    @Test
    void refusesWhatDoesNotMatch() {
        assertThatThrownBy(() -> CaptionMetrics.score(REFERENCES, Map.of("1", "a dog")))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("has references but no caption, and so have 1 more");
        assertThatThrownBy(() -> CaptionMetrics.score(Map.of("1", List.of("a")), Map.of("1", "a", "9", "b")))
                .isInstanceOf(DatasetException.class)
                .hasMessage(
                        "image 9 has a caption but no references; captions and references must be of the same images");
        assertThatThrownBy(() -> CaptionMetrics.score(Map.of("1", List.of()), Map.of("1", "a")))
                .isInstanceOf(DatasetException.class)
                .hasMessage("image 1 has no reference; every image needs one at least");
        assertThatThrownBy(() -> CaptionMetrics.score(Map.of(), Map.of())).isInstanceOf(DatasetException.class);
    }

    @Test
    void tellsVarietyAndNovelty() {
        Diversity same = CaptionMetrics.diversity(List.of("A dog .", "a dog"));
        assertThat(same.unique()).isEqualTo(0.5);
        assertThat(same.distinct1()).isEqualTo(0.5);
        assertThat(same.vocabulary()).isEqualTo(2);
        assertThat(CaptionMetrics.diversity(List.of("")).distinct2()).isZero();
        assertThat(CaptionMetrics.novel(List.of("A dog.", "a cat"), List.of("a dog", "two cats")))
                .isEqualTo(0.5);
        assertThatThrownBy(() -> CaptionMetrics.diversity(List.of())).isInstanceOf(DatasetException.class);
        assertThatThrownBy(() -> CaptionMetrics.setDiversity(Map.of("1", List.of("a dog"))))
                .isInstanceOf(DatasetException.class)
                .hasMessage("image 1 has 1 captions; every image needs two at least, and all the same number");
    }
}
