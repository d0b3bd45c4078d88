package io.captioner.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.Caption;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.GenerationOptions.BeamEnd;
import io.captioner.ImageInput;
import io.captioner.SharedFiles;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.search.BeamTrace;
import io.captioner.search.BestCaptionProgram;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.search.Request;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Safetensors;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Captioners in Hugging Face's layout compute on a backend what transformers computed: {@code fixtures/hf}. */
@FixtureGroup("hf")
public abstract class HuggingFaceContract {
    private static final String REFERENCE = ".reference";

    @TempDir
    Path folder;

    protected abstract BackendProvider backend();

    /** The folder's captioners, each with what transformers computed beside it. */
    private static List<String> models() {
        return Fixtures.names("hf").stream()
                .filter(name -> name.endsWith(REFERENCE))
                .map(name -> name.substring(0, name.length() - REFERENCE.length()))
                .toList();
    }

    private static Stream<DynamicTest> eachModel(Check check) {
        return models().stream().map(name -> dynamicTest(name, () -> check.check(name)));
    }

    private interface Check {
        void check(String name) throws IOException;
    }

    @Test
    void everyCaptionerHasItsNumbers() throws IOException {
        try (Stream<Path> files = Files.list(Fixtures.folder().resolve("hf"))) {
            assertThat(files.filter(Files::isDirectory)
                            .map(file -> file.getFileName().toString()))
                    .isNotEmpty()
                    .containsExactlyInAnyOrderElementsOf(models());
        }
    }

    @TestFactory
    Stream<DynamicTest> encodesPicturesAsTransformersDoes() {
        return eachModel(name -> {
            ModelPackage model = imported(name);
            Safetensors reference = reference(name);
            HostTensor features = run(model, new CaptionerParts.Encode(model), reference.read("in.pixel_values"));
            close(features, reference.read(first(reference, "out.encoder_last_hidden_state", "out.image_embeds")));
        });
    }

    @TestFactory
    Stream<DynamicTest> predictsGivenCaptionsAsTransformersDoes() {
        return eachModel(name -> predict(name, false));
    }

    @TestFactory
    Stream<DynamicTest> predictsWordByWordAsTransformersDoes() {
        return eachModel(name -> predict(name, true));
    }

    private void predict(String name, boolean wordByWord) {
        ModelPackage model = imported(name);
        Safetensors reference = reference(name);
        HostTensor logits = run(
                model,
                new CaptionerParts.Predict(model, wordByWord),
                reference.read("in.pixel_values"),
                withOneMore(reference.read(first(reference, "in.decoder_input_ids", "in.input_ids"))));
        close(logits, reference.read("out.logits"));
    }

    private static String first(Safetensors reference, String... names) {
        return Stream.of(names)
                .filter(reference.names()::contains)
                .findFirst()
                .orElseThrow(() -> new AssertionError(reference + " has none of " + List.of(names)));
    }

    @TestFactory
    Stream<DynamicTest> writesGreedyCaptionsAsTransformersDoes() {
        return eachModel(this::greedy);
    }

    private void greedy(String name) throws IOException {
        ModelPackage imported = imported(name);
        imported.save(folder.resolve("package"));
        ModelPackage model = ModelPackage.load(folder.resolve("package"));
        assertThat(model.vocabulary()).isEqualTo(imported.vocabulary());
        HostTensor expected = reference(name).read("out.greedy");
        JsonArray texts = hyper(name).getAsJsonArray("greedy_text");
        int end = model.vocabulary().special().end();
        int start = model.vocabulary().special().start();
        CaptionProgram program = CaptionProgram.fromPixels(
                        model.architecture(),
                        model.transform(),
                        model.vocabulary().size())
                .withSpecial(model.vocabulary().special());
        GenerationOptions options = GenerationOptions.builder().maxLength(11).build();
        List<HostTensor> inputs = new ArrayList<>(program.inputs(pictures(model, name), options, List.of()));
        try (Executable executable = backend().compile(program, model.weights(), Device.cpu(), 1);
                Executable exported =
                        backend().compile(new BestCaptionProgram(program), model.weights(), Device.cpu(), 1)) {
            BeamTrace trace = new BeamTrace(executable.run(inputs), end);
            inputs.add(HostTensor.scalar(0f));
            HostTensor best = exported.run(inputs).get(0);
            for (int picture = 0; picture < 2; picture++) {
                List<Long> ids = upToEnd(expected, picture, end);
                assertThat(ids.remove(0)).isEqualTo((long) start);
                Hypothesis found = trace.hypotheses(picture, 12, 11, 0).get(0);
                List<Long> words =
                        found.tokens().stream().map(token -> (long) token.id()).toList();
                assertThat(words).isEqualTo(ids);
                assertThat(row(best, picture).subList(0, ids.size())).isEqualTo(ids);
                assertThat(model.vocabulary()
                                .text(found.words().stream()
                                        .mapToLong(Hypothesis.Token::id)
                                        .toArray()))
                        .isEqualTo(texts.get(picture).getAsString().strip());
            }
        }
    }

    /** Every output of a search that the file has: {@code out.greedy}, {@code out.beam4}, {@code out.beam3_prompt}. */
    @TestFactory
    Stream<DynamicTest> searchesAsTransformersDoes() {
        return models().stream()
                .flatMap(name -> reference(name).names().stream()
                        .filter(output -> output.matches("out[.](greedy|beam[0-9]+)(_prompt)?"))
                        .sorted()
                        .map(output -> dynamicTest(name + " " + output, () -> search(name, output))));
    }

    private void search(String name, String output) throws IOException {
        boolean greedy = output.startsWith("out.greedy");
        int width = greedy ? 1 : Integer.parseInt(output.replaceAll("[^0-9]", ""));
        boolean early = !hyper(name).has("early_stopping")
                || greedy
                || hyper(name).get("early_stopping").getAsBoolean();
        String prompt = output.endsWith("_prompt") ? hyper(name).get("prompt").getAsString() : null;
        String scores = greedy ? null : output + "_scores";
        ModelPackage model = imported(name);
        int end = model.vocabulary().special().end();
        GenerationOptions options = GenerationOptions.builder()
                .beamWidth(width)
                .maxLength(11)
                .lengthPenalty(width == 1 ? 0 : 1)
                .prefix(prompt == null ? "" : prompt)
                .build();
        Request request = Request.of(options, model.vocabulary());
        assertThat(request.prefix().isEmpty()).isEqualTo(prompt == null);
        assertThat(request.beamEnd())
                .isEqualTo(width == 1 ? BeamEnd.NARROWING : early ? BeamEnd.EARLY : BeamEnd.HEURISTIC);
        CaptionProgram program = CaptionProgram.fromPixels(
                        model.architecture(),
                        model.transform(),
                        model.vocabulary().size())
                .withSpecial(model.vocabulary().special())
                .in(request.form());
        HostTensor expected = reference(name).read(output);
        int length = (int) expected.shape().dim(-1);
        try (Executable executable = backend().compile(program, model.weights(), Device.cpu(), 1)) {
            BeamTrace trace = new BeamTrace(executable.run(request.inputs(program, pictures(model, name))), end);
            for (int picture = 0; picture < 2; picture++) {
                List<Hypothesis> found = trace.hypotheses(picture, request);
                assertThat(found).hasSize(width);
                for (int rank = 0; rank < width; rank++) {
                    int row = picture * width + rank;
                    List<Long> ids = upToEnd(expected, length, row, end);
                    assertThat(found.get(rank).tokens().stream()
                                    .map(token -> (long) token.id())
                                    .toList())
                            .as("picture %d rank %d", picture, rank)
                            .isEqualTo(ids.subList(1, ids.size()));
                    if (scores != null) {
                        assertThat((float) found.get(rank).score())
                                .isCloseTo(reference(name).read(scores).floats().get(row), within(1e-4f));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit-gpt2", "blip"})
    void rulesPrefixGroupsAndDrawingHold(String name) throws IOException {
        ModelPackage model = imported(name);
        List<Hypothesis> plain =
                captions(model, name, GenerationOptions.builder().maxLength(8));
        String unwanted =
                model.vocabulary().word(plain.get(0).words().get(0).id()).strip();
        for (GenerationOptions.Builder options : List.of(
                GenerationOptions.builder(),
                GenerationOptions.builder().beamWidth(3),
                GenerationOptions.builder().beamWidth(4).groups(2),
                GenerationOptions.builder().samples(3).seed(4),
                GenerationOptions.builder().beamWidth(2).mustSay("dog"))) {
            options.maxLength(9).minLength(6).prefix("a man").noRepeatNgram(1);
            if (!unwanted.isEmpty()) {
                options.forbiddenWords(unwanted);
            }
            GenerationOptions asked = options.build();
            for (Hypothesis one : captions(model, name, options)) {
                List<Integer> words =
                        one.words().stream().map(Hypothesis.Token::id).toList();
                List<Integer> prefix = model.vocabulary().ids("a man");
                assertThat(words.subList(0, prefix.size())).as("%s", asked).isEqualTo(prefix);
                assertThat(words.subList(prefix.size(), words.size()))
                        .as("%s", asked)
                        .doesNotHaveDuplicates()
                        .doesNotContain(plain.get(0).words().get(0).id());
                assertThat(words).as("%s", asked).hasSizeBetween(6, 9);
                if (!asked.rules().mustSay().isEmpty()) {
                    String text = model.vocabulary()
                            .text(words.stream().mapToLong(id -> id).toArray());
                    assertThat(text.toLowerCase(Locale.ROOT)).contains("dog");
                }
            }
        }
    }

    private List<Hypothesis> captions(ModelPackage model, String name, GenerationOptions.Builder options)
            throws IOException {
        Request request = Request.of(options.build(), model.vocabulary());
        CaptionProgram program = CaptionProgram.fromPixels(
                        model.architecture(),
                        model.transform(),
                        model.vocabulary().size())
                .withSpecial(model.vocabulary().special())
                .in(request.form());
        try (Executable executable = backend().compile(program, model.weights(), Device.cpu(), 1)) {
            BeamTrace trace = new BeamTrace(
                    executable.run(request.inputs(program, pictures(model, name))),
                    model.vocabulary().special().end());
            return trace.hypotheses(0, request);
        }
    }

    /** From the folder to the caption as an application asks for it, with the package's own options. */
    protected void assertThatPicturesAreCaptionedAsThere(String name) throws IOException {
        Path saved = folder.resolve("model");
        imported(name).save(saved);
        JsonObject hyper = hyper(name);
        boolean beam = hyper.has("beam_text");
        JsonArray texts = hyper.getAsJsonArray(beam ? "beam_text" : "greedy_text");
        List<ImageInput> pictures = new ArrayList<>();
        hyper.getAsJsonArray("pictures")
                .forEach(file -> pictures.add(ImageInput.of(SharedFiles.beside("fixtures/hf/" + file.getAsString()))));
        try (Captioner captioner = Captioner.builder()
                .backend(backend().backend())
                .model(saved)
                .threads(1)
                .build()) {
            List<Caption> captions = captioner.captionAll(pictures);
            for (int picture = 0; picture < captions.size(); picture++) {
                assertThat(captions.get(picture).text())
                        .isEqualTo(texts.get(beam ? 4 * picture : picture)
                                .getAsString()
                                .strip());
            }
        }
    }

    private static ModelPackage imported(String name) {
        ImportedCaptioner imported = ImportedCaptioner.open(SharedFiles.beside("fixtures/hf/" + name), name);
        assertThat(imported.mapping().missing()).isEmpty();
        assertThat(imported.mapping().leftOver()).isEmpty();
        return imported.toPackage();
    }

    private static Safetensors reference(String name) {
        return Safetensors.open(SharedFiles.beside("fixtures/hf/" + name + ".reference.safetensors"));
    }

    private static JsonObject hyper(String name) throws IOException {
        return JsonParser.parseString(Files.readString(SharedFiles.beside("fixtures/hf/" + name + ".reference.json")))
                .getAsJsonObject()
                .getAsJsonObject("hyper");
    }

    private static HostTensor pictures(ModelPackage model, String name) throws IOException {
        List<ImageInput> pictures = new ArrayList<>();
        hyper(name)
                .getAsJsonArray("pictures")
                .forEach(file -> pictures.add(ImageInput.of(SharedFiles.beside("fixtures/hf/" + file.getAsString()))));
        return model.transform().apply(pictures);
    }

    private HostTensor run(ModelPackage model, Program program, HostTensor... inputs) {
        try (Executable executable = backend().compile(program, model.weights(), Device.cpu(), 1)) {
            return executable.run(List.of(inputs)).get(0);
        }
    }

    /** (N, T) to (N, 1, T + 1): teacher forcing predicts nothing behind the last word. */
    private static HostTensor withOneMore(HostTensor captions) {
        int words = (int) captions.shape().dim(1);
        HostTensor longer =
                HostTensor.allocate(DType.INT64, Shape.of(captions.shape().dim(0), 1, words + 1));
        LongBuffer target = longer.longs();
        for (int i = 0; i < captions.shape().dim(0); i++) {
            row(captions, i).forEach(target::put);
            target.put(0);
        }
        return longer;
    }

    private static List<Long> row(HostTensor ids, int row) {
        return row(ids, (int) ids.shape().dim(-1), row);
    }

    private static List<Long> row(HostTensor ids, int length, int row) {
        return new ArrayList<>(IntStream.range(row * length, (row + 1) * length)
                .mapToObj(ids.longs()::get)
                .toList());
    }

    /** The start, and what is behind it up to and with the end. */
    private static List<Long> upToEnd(HostTensor ids, int row, int end) {
        return upToEnd(ids, (int) ids.shape().dim(-1), row, end);
    }

    private static List<Long> upToEnd(HostTensor ids, int length, int row, int end) {
        List<Long> all = row(ids, length, row);
        int last = all.subList(1, all.size()).indexOf((long) end);
        return last < 0 ? all : all.subList(0, last + 2);
    }

    private static void close(HostTensor actual, HostTensor expected) {
        FloatBuffer found = actual.floats();
        FloatBuffer wanted = expected.floats();
        assertThat(found.remaining()).isEqualTo(wanted.remaining());
        while (wanted.hasRemaining()) {
            float value = wanted.get();
            assertThat(found.get()).isCloseTo(value, within(2e-4f + 1e-4f * Math.abs(value)));
        }
    }
}
