package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.GenerationOptions.BeamEnd;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.fixtures.Fixtures;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole searches with rules against {@code generate} of Hugging Face on a tiny GPT-2. Each backend extends this. */
@FixtureGroup("search")
public abstract class GenerateFixtures {
    private static final double TOLERANCE = 1e-4;

    protected abstract BackendProvider backend();

    @TestFactory
    Stream<DynamicTest> writesWhatHuggingFaceWrites() {
        JsonObject table = Fixtures.load("search", "generate").json();
        return StreamSupport.stream(table.getAsJsonArray("cases").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .map(item -> dynamicTest(item.get("name").getAsString(), () -> check(table, item)));
    }

    private void check(JsonObject table, JsonObject item) {
        Fixtures.Case model = Fixtures.load("search", "tiny_gpt2");
        JsonObject hyper = model.hyper();
        TinyGpt2 decoder = new TinyGpt2(
                hyper.get("n_embd").getAsInt(),
                hyper.get("n_layer").getAsInt(),
                hyper.get("n_head").getAsInt(),
                hyper.get("n_positions").getAsInt());
        CaptionProgram program = CaptionProgram.fromFeatures(
                        new CaptionerArchitecture(new SearchFixtures.Given(1), decoder),
                        new EncoderArchitecture.Grid(1, 1),
                        hyper.get("vocab").getAsInt())
                .in(
                        item.getAsJsonObject("settings").get("num_beams").getAsInt() > 1
                                ? SearchForm.POOL_RULES
                                : SearchForm.RULES);
        Weights weights = Weights.of(model.tensors()).under("param.").prefixed("decoder.");
        try (Executable executable = backend().compile(program, weights, Device.cpu(), 1)) {
            for (int i = 0; i < table.getAsJsonArray("prompts").size(); i++) {
                JsonArray prompt = table.getAsJsonArray("prompts").get(i).getAsJsonArray();
                assertThat(prompt).hasSize(2);
                Request request =
                        request(item.getAsJsonObject("settings"), prompt.get(1).getAsInt());
                HostTensor features = HostTensor.ofFloats(Shape.of(1, 1, 1), 0f);
                BeamTrace trace = new BeamTrace(executable.run(request.inputs(program, features)));
                int end = table.get("eos").getAsInt();
                if (request.pooled()) {
                    compareRanked(trace.hypotheses(0, request), item, i, end);
                } else {
                    compare(
                            trace.hypotheses(0, request.maxTokens(), request.maxTokens(), 0)
                                    .get(0),
                            item,
                            i,
                            end);
                }
            }
        }
    }

    /** The start is the first id of the prompt, the other one a prefix; Hugging Face counts both as part of the length. */
    private static Request request(JsonObject settings, int prefix) {
        GenerationOptions.Builder options =
                GenerationOptions.builder().maxLength(settings.get("max_length").getAsInt() - 2);
        List<Integer> forbidden = new ArrayList<>();
        List<List<Integer>> phrases = new ArrayList<>();
        int last = -1;
        int beams = settings.get("num_beams").getAsInt();
        if (beams > 1) {
            // here the end counts among the words
            options.maxLength(settings.get("max_length").getAsInt() - 1)
                    .beamWidth(beams)
                    .lengthPenalty(
                            settings.get("length_penalty") == null
                                    ? 1
                                    : settings.get("length_penalty").getAsDouble())
                    .beamEnd(
                            switch (settings.get("early_stopping").getAsString()) {
                                case "true" -> BeamEnd.EARLY;
                                case "false" -> BeamEnd.HEURISTIC;
                                default -> BeamEnd.EXHAUSTIVE;
                            });
        }
        if (settings.has("repetition_penalty")) {
            options.repetitionPenalty(settings.get("repetition_penalty").getAsDouble());
        }
        if (settings.has("min_length")) {
            options.minLength(settings.get("min_length").getAsInt() - 1);
        }
        if (settings.has("no_repeat_ngram_size")) {
            options.noRepeatNgram(settings.get("no_repeat_ngram_size").getAsInt());
        }
        if (settings.has("bad_words_ids")) {
            for (JsonElement phrase : settings.getAsJsonArray("bad_words_ids")) {
                List<Integer> ids = new ArrayList<>();
                phrase.getAsJsonArray().forEach(id -> ids.add(id.getAsInt()));
                if (ids.size() == 1) {
                    forbidden.addAll(ids);
                } else {
                    phrases.add(ids);
                }
            }
        }
        if (settings.has("forced_eos_token_id")) {
            last = settings.get("forced_eos_token_id").getAsInt();
            options.maxLength(settings.get("max_length").getAsInt() - 1);
        }
        // a prefix word makes the options other than plain, as a real request's would
        return new Request(options.prefix("a").build(), forbidden, phrases, List.of(prefix), last);
    }

    private static void compareRanked(List<Hypothesis> found, JsonObject item, int prompt, int end) {
        JsonArray sequences = item.getAsJsonArray("sequences").get(prompt).getAsJsonArray();
        JsonArray scores = item.getAsJsonArray("sequences_scores").get(prompt).getAsJsonArray();
        assertThat(found).hasSizeGreaterThanOrEqualTo(sequences.size());
        for (int rank = 0; rank < sequences.size(); rank++) {
            Hypothesis hypothesis = found.get(rank);
            assertThat(ids(hypothesis))
                    .as("prompt %d, rank %d", prompt, rank)
                    .isEqualTo(toEnd(sequences.get(rank).getAsJsonArray(), end));
            assertThat(hypothesis.score())
                    .as("prompt %d, rank %d", prompt, rank)
                    .isCloseTo(scores.get(rank).getAsDouble(), within(TOLERANCE));
        }
    }

    private static List<Integer> ids(Hypothesis hypothesis) {
        return hypothesis.tokens().stream().map(Hypothesis.Token::id).toList();
    }

    /** The ids after the start, up to the first end. */
    private static List<Integer> toEnd(JsonArray sequence, int end) {
        List<Integer> ids = new ArrayList<>();
        for (int i = 1; i < sequence.size() && (ids.isEmpty() || ids.get(ids.size() - 1) != end); i++) {
            ids.add(sequence.get(i).getAsInt());
        }
        return ids;
    }

    private static void compare(Hypothesis found, JsonObject item, int prompt, int end) {
        JsonArray expected = item.getAsJsonArray("sequences")
                .get(prompt)
                .getAsJsonArray()
                .get(0)
                .getAsJsonArray();
        JsonArray steps = item.getAsJsonArray("step_log_probs").get(prompt).getAsJsonArray();
        List<Integer> ids = toEnd(expected, end);
        assertThat(ids(found)).as("prompt %d", prompt).isEqualTo(ids);
        for (int i = 1; i < ids.size(); i++) {
            assertThat(found.tokens().get(i).logProbability())
                    .as("prompt %d, word %d", prompt, i)
                    .isCloseTo(steps.get(i - 1).getAsDouble(), within(TOLERANCE));
        }
    }
}
