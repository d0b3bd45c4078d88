package io.captioner.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.SharedFiles;
import io.captioner.fixtures.FixtureGroup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every number of pycocoevalcap in the fixtures, of each image and of the corpus; METEOR has a test of its own. */
@FixtureGroup("metrics")
class MetricFixturesTest {
    private static final Map<String, Metric> NAMES = Map.of(
            "Bleu_1", Metric.BLEU_1,
            "Bleu_2", Metric.BLEU_2,
            "Bleu_3", Metric.BLEU_3,
            "Bleu_4", Metric.BLEU_4,
            "ROUGE_L", Metric.ROUGE_L,
            "CIDEr", Metric.CIDER_D);

    @TestFactory
    Stream<DynamicTest> scoresAreThoseOfPycocoevalcap() {
        return MetricFiles.files()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) {
        JsonObject fixture = MetricFiles.read(file);
        switch (file.getFileName().toString()) {
            case "ptb_tokenizer.json" -> checkTokens(fixture);
            case "diversity.json" -> checkDiversity(fixture);
            default -> checkScores(fixture);
        }
    }

    private static void checkScores(JsonObject fixture) {
        double tolerance = fixture.get("tolerance").getAsDouble();
        List<JsonObject> images = objects(fixture.getAsJsonArray("images"));
        Map<String, List<String>> references = new LinkedHashMap<>();
        Map<String, String> results = new LinkedHashMap<>();
        SoftAssertions softly = new SoftAssertions();
        for (JsonObject image : images) {
            String id = image.get("id").getAsString();
            references.put(id, strings(image.getAsJsonArray("references")));
            results.put(id, image.get("hypothesis").getAsString());
            softly.assertThat(String.join(" ", PtbTokenizer.tokenize(results.get(id))))
                    .isEqualTo(image.get("hypothesis_tokens").getAsString());
            softly.assertThat(references.get(id))
                    .extracting(text -> String.join(" ", PtbTokenizer.tokenize(text)))
                    .isEqualTo(strings(image.getAsJsonArray("reference_tokens")));
        }
        Scores scores = CaptionMetrics.score(references, results);
        NAMES.forEach((name, metric) -> {
            softly.assertThat(scores.get(metric))
                    .as("corpus %s", name)
                    .isCloseTo(fixture.getAsJsonObject("corpus").get(name).getAsDouble(), within(tolerance));
            for (int i = 0; i < images.size(); i++) {
                softly.assertThat(scores.images().get(i).get(metric))
                        .as("%s of %s", name, scores.images().get(i).id())
                        .isCloseTo(
                                images.get(i)
                                        .getAsJsonObject("scores")
                                        .get(name)
                                        .getAsDouble(),
                                within(tolerance));
            }
        });
        softly.assertAll();
    }

    /** A full stop can depend on the line that follows: the reference read all cases as one file. */
    private static void checkTokens(JsonObject fixture) {
        List<JsonObject> cases = objects(fixture.getAsJsonArray("cases"));
        SoftAssertions softly = new SoftAssertions();
        for (int i = 0; i < cases.size(); i++) {
            String raw = cases.get(i).get("raw").getAsString();
            List<String> all = strings(cases.get(i).getAsJsonArray("stanford"));
            String following =
                    i + 1 < cases.size() ? cases.get(i + 1).get("raw").getAsString() : "";
            softly.assertThat(PtbTokenizer.tokens(raw + "\n" + following).stream()
                            .limit(all.size())
                            .toList())
                    .as("all tokens of %s", raw)
                    .isEqualTo(all);
            softly.assertThat(String.join(" ", PtbTokenizer.tokenize(raw)))
                    .as("tokens of %s", raw)
                    .isEqualTo(cases.get(i).get("tokens").getAsString());
        }
        softly.assertAll();
    }

    private static void checkDiversity(JsonObject fixture) {
        double tolerance = fixture.get("tolerance").getAsDouble();
        Map<String, List<String>> captions = new LinkedHashMap<>();
        List<String> first = new ArrayList<>();
        List<JsonObject> images = objects(fixture.getAsJsonArray("images"));
        for (JsonObject image : images) {
            captions.put(image.get("id").getAsString(), strings(image.getAsJsonArray("captions")));
            first.add(strings(image.getAsJsonArray("captions")).get(0));
        }
        JsonObject ofFirst = fixture.getAsJsonObject("first_captions");
        Diversity diversity = CaptionMetrics.diversity(first);
        assertThat(diversity.distinct1()).isCloseTo(ofFirst.get("distinct_1").getAsDouble(), within(tolerance));
        assertThat(diversity.distinct2()).isCloseTo(ofFirst.get("distinct_2").getAsDouble(), within(tolerance));
        assertThat(diversity.vocabulary())
                .isEqualTo(ofFirst.get("vocabulary_size").getAsInt());
        assertThat(diversity.meanLength()).isCloseTo(ofFirst.get("mean_length").getAsDouble(), within(tolerance));
        assertThat(diversity.unique()).isCloseTo(ofFirst.get("unique_captions").getAsDouble(), within(tolerance));

        SetDiversity sets = CaptionMetrics.setDiversity(captions);
        assertThat(sets.div1()).isCloseTo(fixture.get("div_1").getAsDouble(), within(tolerance));
        assertThat(sets.div2()).isCloseTo(fixture.get("div_2").getAsDouble(), within(tolerance));
        double[] mBleu = {sets.mBleu1(), sets.mBleu2(), sets.mBleu3(), sets.mBleu4()};
        for (int n = 1; n <= 4; n++) {
            assertThat(mBleu[n - 1])
                    .isCloseTo(
                            fixture.getAsJsonObject("mBLEU").get("mBLEU_" + n).getAsDouble(), within(tolerance));
        }
        for (JsonObject image : images) {
            SetDiversity.Image ours = sets.images().get(image.get("id").getAsString());
            assertThat(ours.div1()).isCloseTo(image.get("div_1").getAsDouble(), within(tolerance));
            assertThat(ours.div2()).isCloseTo(image.get("div_2").getAsDouble(), within(tolerance));
        }
    }

    /** nlg-eval publishes the scores of its example. It splits at blanks, which for these sentences is the same. */
    @Test
    void scoresOfNlgEvalsExampleAreThosePublished() {
        List<String> captions = MetricFiles.lines(SharedFiles.beside("data/metrics/nlg-eval/hyp.txt"));
        List<String> first = MetricFiles.lines(SharedFiles.beside("data/metrics/nlg-eval/ref1.txt"));
        List<String> second = MetricFiles.lines(SharedFiles.beside("data/metrics/nlg-eval/ref2.txt"));
        Map<String, List<String>> references = new LinkedHashMap<>();
        Map<String, String> results = new LinkedHashMap<>();
        for (int i = 0; i < captions.size(); i++) {
            references.put("" + i, List.of(first.get(i), second.get(i)));
            results.put("" + i, captions.get(i));
        }
        Scores scores = CaptionMetrics.score(references, results);
        assertThat(scores.bleu1()).isCloseTo(0.550000, within(1e-6));
        assertThat(scores.bleu2()).isCloseTo(0.428174, within(1e-6));
        assertThat(scores.bleu3()).isCloseTo(0.284043, within(1e-6));
        assertThat(scores.bleu4()).isCloseTo(0.201143, within(1e-6));
        assertThat(scores.rougeL()).isCloseTo(0.522104, within(1e-6));
        assertThat(scores.ciderD()).isCloseTo(1.242192, within(1e-6));
    }

    @Test
    void countsOfCocosExampleAreThosePublished() {
        Map<String, String> results = CocoCaptions.readResults(
                SharedFiles.beside("data/metrics/coco-fakecap/captions_val2014_fakecap_results.json"));
        Map<String, List<String>> themselves = new LinkedHashMap<>();
        results.forEach((id, caption) -> themselves.put(id, List.of(caption)));
        List<ImageScore> images = CaptionMetrics.score(themselves, results).images();
        assertThat(images).hasSize(1000);
        assertThat(guesses(images, 1)).isEqualTo(9893);
        assertThat(guesses(images, 2)).isEqualTo(8893);
        assertThat(guesses(images, 3)).isEqualTo(7893);
        assertThat(guesses(images, 4)).isEqualTo(6893);
    }

    private static int guesses(List<ImageScore> images, int n) {
        return images.stream().mapToInt(image -> image.counts().guesses(n)).sum();
    }

    private static List<JsonObject> objects(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
    }

    private static List<String> strings(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonElement::getAsString)
                .toList();
    }
}
