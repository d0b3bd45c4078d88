package io.captioner.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import io.captioner.SharedFiles;
import io.captioner.metrics.CocoCaptions;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.runtime.TinyPackage;
import io.captioner.tags.Tags;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Safetensors.Precision;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TagCommandTest {
    @TempDir
    Path folder;

    private Path model = Path.of("");
    private Path labels = Path.of("");
    private Path words = Path.of("");

    @BeforeEach
    void files() throws IOException {
        model = TinyPackage.in(folder);
        labels = Files.writeString(folder.resolve("labels.txt"), "background\nbox, carton\nunheard-of\n");
        words = Files.writeString(folder.resolve("words.json"), "{\"carton\": [\"blue square\"]}");
    }

    /** A classifier that is sure of its first class, beside a tensor of the encoder that it came with. */
    private Path classifier(int features) throws IOException {
        return classifier(features, 3);
    }

    private Path classifier(int features, float bias) throws IOException {
        Path file = folder.resolve("encoder" + features + ".safetensors");
        Safetensors.write(
                file,
                Weights.of(Map.of(
                        "classifier.weight", HostTensor.ofFloats(Shape.of(2, features), new float[2 * features]),
                        "classifier.bias", HostTensor.ofFloats(Shape.of(2), bias, -3),
                        "conv_stem.weight", HostTensor.ofFloats(Shape.of(1), 1))),
                Precision.FLOAT32,
                Map.of());
        return file;
    }

    private Cli tag(Path weights, Path labelFile, Path out) {
        return Cli.run(
                "tag",
                "--model",
                model,
                "--encoder-weights",
                weights,
                "--labels",
                labelFile,
                "--words",
                words,
                "--out",
                out);
    }

    @Test
    void captionsSayWhatTheClassifierIsSureOf() throws IOException {
        Path out = folder.resolve("tagged");
        Cli tagged = tag(classifier(6), labels, out);
        assertThat(tagged.code()).as(tagged.err()).isZero();
        assertThat(tagged.lines()).containsExactly("2 labels, 1 of which the model has words for", out.toString());
        ModelPackage loaded = ModelPackage.load(out);
        assertThat(loaded.tags().labels()).containsExactly("box, carton", "unheard-of");
        assertThat(loaded.weights().names()).contains("classifier.bias").doesNotContain("conv_stem.weight");

        Path picture = Drawn.picture(folder.resolve("picture.png"), 2);
        assertThat(caption(out, picture)).isEqualTo(caption(model, picture));
        assertThat(caption(out, picture, "--tags", 0.9)).contains("blue square");
        Path own = Files.writeString(folder.resolve("own.json"), "{\"box\": [\"above\"]}");
        assertThat(caption(out, picture, "--tags", 0.9, "--tag-words", own)).contains("above");

        assertThat(Cli.run("inspect", out).lines())
                .anyMatch(line -> line.matches("tags +2 labels, 1 of which the model has words for.*--tags"));
        assertThat(Cli.run("inspect", model).lines())
                .anyMatch(line -> line.matches("tags +none; captioner tag adds them"));
        Cli exported = Cli.run("export", "--model", out, "--onnx", folder.resolve("tagged.onnx"));
        assertThat(exported.code()).isZero();
        assertThat(exported.err()).contains("the file writes captions alone; the package tiny-1 keeps its tags");

        Cli none = Cli.run("caption", "--model", model, "--threads", 1, "--tags", 0.5, picture);
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("has no tags; add them with captioner tag");
        Cli wrong = Cli.run("caption", "--model", model, "--tags", 2, picture);
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(wrong.err()).contains("threshold of tags is 2.0");
    }

    private static String caption(Path model, Path picture, Object... more) {
        Object[] arguments = new Object[more.length + 9];
        Object[] first = {"caption", "--model", model, "--threads", 1, "--beam", 3, "--max-length=5", picture};
        System.arraycopy(first, 0, arguments, 0, 9);
        System.arraycopy(more, 0, arguments, 9, more.length);
        Cli run = Cli.run(arguments);
        assertThat(run.code()).as(run.err()).isZero();
        return run.out();
    }

    @Test
    void evaluationMeasuresGuidedCaptions() throws IOException {
        Path out = folder.resolve("tagged");
        assertThat(tag(classifier(6), labels, out).code()).isZero();
        Path data = Drawn.dataset(folder, "test", "test");
        Path results = folder.resolve("results.json");
        Cli guided = Cli.run(
                "evaluate",
                "--model",
                out,
                "--data",
                data,
                "--threads",
                1,
                "--beam",
                3,
                "--tags",
                0.9,
                "--results",
                results,
                "--json");
        assertThat(guided.code()).as(guided.err()).isZero();
        assertThat(JsonParser.parseString(guided.out())
                        .getAsJsonObject()
                        .get("tags")
                        .getAsDouble())
                .isEqualTo(0.9);
        assertThat(CocoCaptions.readResults(results).values())
                .hasSize(2)
                .allMatch(text -> text.contains("blue square"));
    }

    @Test
    void filesThatDoNotFitAreRefused() throws IOException {
        Path out = folder.resolve("out");
        Path three = Files.writeString(folder.resolve("three.txt"), "a\nb\nc\n");
        Cli counts = tag(classifier(6), three, out);
        assertThat(counts.code()).isEqualTo(2);
        assertThat(counts.err()).contains("three.txt has 3 labels and the classifier 2 classes");
        Cli features = tag(classifier(7), labels, out);
        assertThat(features.code()).isEqualTo(3);
        assertThat(features.err()).contains("has a classifier (2, 7), but the encoder of tiny-1 has 6 features");
        for (float number : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
            Cli nothing = tag(classifier(6, number), labels, out);
            assertThat(nothing.code()).isEqualTo(3);
            assertThat(nothing.err())
                    .contains("tensor classifier.bias holds " + number)
                    .contains("take the classifier from other weights");
        }
        Cli without = tag(model.resolve("weights.safetensors"), labels, out);
        assertThat(without.code()).isEqualTo(3);
        assertThat(without.err()).contains("has no tensor classifier.weight");
        for (String json : new String[] {"[]", "{\"box\": \"square\"}", "{\"box\": [1]}", ""}) {
            Files.writeString(words, json);
            Cli wrong = tag(classifier(6), labels, out);
            assertThat(wrong.code()).as(json).isEqualTo(2);
            assertThat(wrong.err()).contains("words.json must be a JSON object of labels");
        }
        for (String json : new String[] {"{\n box: []}", "{\n\"box\": [],,}", "{\"box\":\n []} x"}) {
            Files.writeString(words, json);
            Cli wrong = tag(classifier(6), labels, out);
            assertThat(wrong.code()).as(json).isEqualTo(2);
            assertThat(wrong.err()).contains("words.json is no JSON: see line 2 column ");
        }
        assertThat(tag(classifier(6), folder.resolve("gone.txt"), out).err())
                .contains("gone.txt does not exist; --labels names a file");
        assertThat(tag(classifier(6), folder, out).err()).contains(folder + " is a folder; --labels names a file");
        Files.writeString(words, "{\"boks\": []}");
        assertThat(tag(classifier(6), labels, out).err()).contains("the tag \"boks\"");
        assertThat(out).doesNotExist();
    }

    @Test
    void theWordsForImageNetAreOfItsLabels() throws IOException {
        Path imageNet = SharedFiles.beside("data/encoders").resolve("imagenet_labels.txt");
        Path recipes = Path.of("docs/recipes");
        Map<String, List<String>> said = TagFiles.words(
                "--words",
                (Files.exists(recipes) ? recipes : Path.of("..").resolve(recipes)).resolve("imagenet-words.json"));
        Tags tags = new Tags(TagFiles.labels(imageNet, 1000), said);
        assertThat(tags.labels().get(0)).isEqualTo("tench, Tinca tinca");
        List<Set<String>> sayings = tags.sayings(Map.of());
        assertThat(sayings.get(934)).containsExactlyInAnyOrder("hot dog", "food");
        assertThat(sayings.subList(151, 269)).allMatch(words -> words.contains("dog"));
        assertThat(sayings.get(285)).contains("cat");
        assertThat(sayings.get(88)).contains("bird");
        assertThat(sayings.get(517)).as("a bird and a machine of one name").isEmpty();
    }
}
