package io.captioner.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.DatasetException;
import io.captioner.OptionException;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** METEOR against that of METEOR 1.5 itself, which pycocoevalcap ran for the fixtures. */
class MeteorTest {
    /** Where METEOR's data are: they are neither ours nor small. */
    private static Meteor meteor() {
        String folder = System.getProperty("captioner.meteor", "");
        Assumptions.assumeTrue(
                !folder.isEmpty() && Files.isDirectory(Path.of(folder)),
                "no data of METEOR 1.5: name its folder, for example pycocoevalcap's meteor, with -Dcaptioner.meteor=...");
        return Meteor.load(Path.of(folder));
    }

    @ParameterizedTest
    @ValueSource(strings = {"one_image", "two_images", "uneven_references", "perturbed", "flickr8k_dev"})
    void scoresAreThoseOfMeteor15(String name) {
        JsonObject fixture = MetricFiles.read(MetricFiles.files()
                .filter(file -> file.endsWith(name + ".json"))
                .findFirst()
                .orElseThrow());
        Map<String, List<String>> references = new LinkedHashMap<>();
        Map<String, String> results = new LinkedHashMap<>();
        Map<String, Double> expected = new LinkedHashMap<>();
        for (JsonElement element : fixture.getAsJsonArray("images")) {
            JsonObject image = element.getAsJsonObject();
            String id = image.get("id").getAsString();
            List<String> texts = new ArrayList<>();
            image.getAsJsonArray("references").forEach(text -> texts.add(text.getAsString()));
            references.put(id, texts);
            results.put(id, image.get("hypothesis").getAsString());
            expected.put(id, image.getAsJsonObject("scores").get("METEOR").getAsDouble());
        }
        Scores scores = CaptionMetrics.score(references, results, meteor());
        SoftAssertions softly = new SoftAssertions();
        scores.images()
                .forEach(image -> softly.assertThat(image.get(Metric.METEOR))
                        .as("%s: %s", image.id(), image.caption())
                        .isCloseTo(expected.getOrDefault(image.id(), -1.0), within(1e-4)));
        softly.assertThat(scores.get(Metric.METEOR))
                .as("corpus")
                .isCloseTo(fixture.getAsJsonObject("corpus").get("METEOR").getAsDouble(), within(1e-4));
        softly.assertAll();
    }

    @TempDir
    Path folder;

    /** A folder of data as METEOR lays it out, with a few words. */
    private Path data() throws IOException {
        Files.createDirectories(folder.resolve("function"));
        Files.createDirectories(folder.resolve("synonym"));
        Files.createDirectories(folder.resolve("data"));
        Files.writeString(folder.resolve("function/english.words"), "a\nthe\non\n");
        Files.writeString(folder.resolve("synonym/english.synsets"), "dog\n1 2\nhound\n2 3\nmouse\n4\nrodent\n4 5\n");
        Files.writeString(folder.resolve("synonym/english.exceptions"), "mouse\nmice\n");
        try (Writer table = new OutputStreamWriter(
                new GZIPOutputStream(Files.newOutputStream(folder.resolve("data/paraphrase-en.gz"))))) {
            table.write("0.5\non the run\nfleeing\n0.1\nnowhere\nno place\n");
        }
        return folder;
    }

    private static double score(Meteor meteor, String caption, String... references) {
        return CaptionMetrics.score(Map.of("1", List.of(references)), Map.of("1", caption), meteor)
                .get(Metric.METEOR);
    }

    @Test
    void eachStageMatchesWhatItIsFor() throws IOException {
        Meteor meteor = Meteor.load(data());
        assertThat(meteor.stages()).containsExactly(MeteorStage.values());
        assertThat(score(meteor, "A dog jumps.", "a dog jumps")).isEqualTo(1);
        // P = R = (.75 (1 + .6) + .25) / (.75 * 2 + .25) in one chunk that is whole
        assertThat(score(meteor, "a dog jumps", "a dog jumping")).isCloseTo(1.45 / 1.75, within(1e-12));
        assertThat(score(meteor, "a dog jumps", "a hound jumps")).isCloseTo(1.6 / 1.75, within(1e-12));
        assertThat(score(meteor, "the mice", "the rodent")).isCloseTo(.85, within(1e-12));
        // P = .75 (1 + .6) / 1.5; R = (.75 (1 + .6) + .25 * 2 * .6) / (.75 * 2 + .25 * 2)
        double precision = .8;
        double recall = 1.5 / 2;
        assertThat(score(meteor, "dogs fleeing", "dogs on the run"))
                .isCloseTo(1 / (.15 / precision + .85 / recall), within(1e-12));
    }

    @Test
    void whatIsOutOfOrderCostsByItsChunks() throws IOException {
        Meteor meteor = Meteor.load(data());
        double whole = score(meteor, "big red dog", "big red dog");
        double twoChunks = score(meteor, "dog big red", "big red dog");
        assertThat(whole).isEqualTo(1);
        assertThat(twoChunks).isCloseTo(1 - 0.6 * Math.pow(2 / 3.0, 0.2), within(1e-12));
    }

    @Test
    void theClosestReferenceCountsAndAnEmptyCaptionScoresNothing() throws IOException {
        Meteor meteor = Meteor.load(data());
        assertThat(score(meteor, "two cats", "a dog", "two cats", "two dogs")).isEqualTo(1);
        assertThat(score(meteor, "", "a dog")).isZero();
        assertThat(score(meteor, "zebra", "a dog")).isZero();
    }

    @Test
    void theSignatureSaysWhichStagesRan() throws IOException {
        Meteor all = Meteor.load(data());
        assertThat(CaptionMetrics.score(Map.of("1", List.of("a dog")), Map.of("1", "a dog"), all)
                        .signature())
                .contains("meteor:1.5,en,rank,norm,exact+stem+synonym+paraphrase");
        Meteor some = all.with(MeteorStage.STEM);
        assertThat(some.stages()).containsExactly(MeteorStage.EXACT, MeteorStage.STEM);
        assertThat(score(some, "a dog", "a hound")).isLessThan(score(all, "a dog", "a hound"));

        Files.delete(folder.resolve("data/paraphrase-en.gz"));
        Files.delete(folder.resolve("synonym/english.synsets"));
        Meteor left = Meteor.load(folder);
        assertThat(left.signature()).endsWith(",exact+stem");
        assertThatThrownBy(() -> left.with(MeteorStage.SYNONYM))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("SYNONYM");
    }

    @Test
    void aFolderWithoutFunctionWordsIsRefused() {
        assertThatThrownBy(() -> Meteor.load(folder))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("function/english.words")
                .hasMessageContaining("name the folder of METEOR 1.5");
        assertThatThrownBy(() -> Meteor.load(folder.resolve("nowhere"))).isInstanceOf(DatasetException.class);
    }

    @Test
    void withoutItsDataMeteorIsNotMeasuredAndNotTold() {
        Scores scores = CaptionMetrics.score(Map.of("1", List.of("a dog")), Map.of("1", "a dog"));
        assertThat(scores.metrics()).doesNotContain(Metric.METEOR);
        assertThat(scores.values()).doesNotContainKey("meteor");
        assertThatThrownBy(() -> scores.get(Metric.METEOR))
                .isInstanceOf(OptionException.class)
                .hasMessageContaining("METEOR was not measured");
    }

    @Test
    void intervalsAreOfTheCorpusScore() throws IOException {
        Map<String, List<String>> references =
                Map.of("1", List.of("a dog"), "2", List.of("big red mice run on the road"));
        Scores scores = CaptionMetrics.score(references, Map.of("1", "a hound", "2", "red mice"), Meteor.load(data()));
        Interval interval = scores.interval(Metric.METEOR, 200, 1);
        assertThat(interval.low()).isLessThan(scores.get(Metric.METEOR));
        assertThat(interval.high()).isGreaterThan(scores.get(Metric.METEOR));
        assertThat(scores.table(1)).contains("METEOR");
    }

    @ParameterizedTest
    @CsvSource({
        "caresses,caress",
        "flies,fli",
        "dies,die",
        "mules,mule",
        "denied,deni",
        "agreed,agre",
        "owned,own",
        "humbled,humbl",
        "hopping,hop",
        "hoping,hope",
        "relational,relat",
        "national,nation",
        "generously,generous",
        "skies,sky",
        "news,news",
        "herrings,herring",
        "happily,happili",
        "electricity,electr",
        "controll,control",
        "boy's,boy",
        "saying,say",
        "by,by"
    })
    void wordsAreStemmedByPortersSecondRules(String word, String stem) {
        assertThat(EnglishStemmer.stem(word)).isEqualTo(stem);
    }

    @ParameterizedTest
    @CsvSource({
        "a man's x-ray 's,a|man|'s|x|ray|'|s", "do n't stop,do|n|'t|stop", "c # 5,c|#|5",
                "-lrb- left -rrb-,-lrb-|left|-rrb-",
        "3/4 of it,3|/|4|of|it", "the u.s. flag,the|us|flag", "12\u00a034 dogs,12|34|dogs", "at no. 5,at|no|.|5"
    })
    void signsStandAlone(String text, String words) {
        String unescaped = text.replace("\\u00a0", "\u00a0");
        assertThat(String.join("|", new MeteorText(Map.of()).words(unescaped))).isEqualTo(words);
    }
}
