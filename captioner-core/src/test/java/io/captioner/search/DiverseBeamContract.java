package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.GenerationOptions.BeamEnd;
import io.captioner.nn.Executable;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Diverse beam search against {@code num_beam_groups} of Hugging Face: {@code diverse_beam.json}. Each backend extends this. */
public abstract class DiverseBeamContract {
    protected abstract BackendProvider backend();

    @TestFactory
    Stream<DynamicTest> writesWhatHuggingFaceWrites() throws IOException {
        JsonObject table;
        try (Reader reader = new InputStreamReader(
                DiverseBeamContract.class.getResourceAsStream("diverse_beam.json"), StandardCharsets.UTF_8)) {
            table = JsonParser.parseReader(reader).getAsJsonObject();
        }
        Map<String, List<JsonObject>> bySalt = new LinkedHashMap<>();
        for (JsonElement item : table.getAsJsonArray("cases")) {
            bySalt.computeIfAbsent(item.getAsJsonObject().get("salt").getAsString(), salt -> new ArrayList<>())
                    .add(item.getAsJsonObject());
        }
        assertThat(bySalt).isNotEmpty();
        return bySalt.entrySet().stream()
                .map(entry -> dynamicTest("model " + entry.getKey(), () -> check(entry.getKey(), entry.getValue())));
    }

    private void check(String salt, List<JsonObject> cases) {
        CaptionProgram program = FilledGpt2.program().in(SearchForm.GROUPS);
        try (Executable executable = backend().compile(program, new FilledGpt2(salt).weights(), Device.cpu(), 1)) {
            for (JsonObject item : cases) {
                JsonObject settings = item.getAsJsonObject("settings");
                List<Hypothesis> found =
                        find(program, executable, options(settings).build()).get(0);
                assertThat(found.stream().map(DiverseBeamContract::ids))
                        .as("%s", settings)
                        .isEqualTo(item.getAsJsonArray("ids").asList().stream()
                                .map(row -> row.getAsJsonArray().asList().stream()
                                        .map(JsonElement::getAsInt)
                                        .toList())
                                .toList());
                for (int rank = 0; rank < found.size(); rank++) {
                    assertThat(found.get(rank).score())
                            .as("%s rank %d", settings, rank)
                            .isCloseTo(item.getAsJsonArray("scores").get(rank).getAsDouble(), within(1e-4));
                }
            }
        }
    }

    private static GenerationOptions.Builder options(JsonObject settings) {
        GenerationOptions.Builder options = GenerationOptions.builder()
                .maxLength(8)
                .beamEnd(BeamEnd.EARLY)
                .beamWidth(settings.get("num_beams").getAsInt())
                .groups(settings.get("num_beam_groups").getAsInt())
                .diversityPenalty(settings.get("diversity_penalty").getAsDouble())
                .lengthPenalty(settings.get("length_penalty").getAsDouble());
        if (settings.has("no_repeat_ngram_size")) {
            options.noRepeatNgram(settings.get("no_repeat_ngram_size").getAsInt())
                    .repetitionPenalty(settings.get("repetition_penalty").getAsDouble());
        }
        return options;
    }

    @Test
    void withoutAPenaltyEachGroupIsABeam() {
        CaptionProgram program = FilledGpt2.program();
        GenerationOptions.Builder options = GenerationOptions.builder().maxLength(7);
        try (Executable groups = backend().compile(program.in(SearchForm.GROUPS), weights(), Device.cpu(), 1);
                Executable plain = backend().compile(program, weights(), Device.cpu(), 1)) {
            List<List<Hypothesis>> beams = find(
                    program.in(SearchForm.GROUPS),
                    groups,
                    options.beamWidth(6).groups(2).diversityPenalty(0).build());
            List<List<Hypothesis>> beam =
                    find(program, plain, options.beamWidth(3).groups(1).build());
            for (int image = 0; image < beam.size(); image++) {
                assertThat(beams.get(image).stream()
                                .map(DiverseBeamContract::ids)
                                .distinct())
                        .containsExactlyElementsOf(beam.get(image).stream()
                                .map(DiverseBeamContract::ids)
                                .toList());
            }
        }
    }

    @Test
    void aPenaltyMakesTheFirstWordsDiffer() {
        CaptionProgram program = FilledGpt2.program().in(SearchForm.GROUPS);
        try (Executable groups = backend().compile(program, weights(), Device.cpu(), 1)) {
            GenerationOptions options = GenerationOptions.builder()
                    .maxLength(7)
                    .beamWidth(4)
                    .groups(4)
                    .diversityPenalty(100)
                    .build();
            List<List<Integer>> found = find(program, groups, options).get(0).stream()
                    .map(DiverseBeamContract::ids)
                    .toList();
            assertThat(found.stream().map(ids -> ids.get(0)).distinct())
                    .as("%s", found)
                    .hasSize(4);
        }
    }

    private static Weights weights() {
        return new FilledGpt2("a").weights();
    }

    private static List<List<Hypothesis>> find(
            CaptionProgram program, Executable executable, GenerationOptions options) {
        Request request = new Request(options, List.of(), List.of(), List.of(), -1);
        BeamTrace trace = new BeamTrace(executable.run(request.inputs(program, FilledGpt2.pictures(2))));
        return List.of(trace.hypotheses(0, request, program.form()), trace.hypotheses(1, request, program.form()));
    }

    private static List<Integer> ids(Hypothesis hypothesis) {
        return hypothesis.tokens().stream().map(Hypothesis.Token::id).toList();
    }
}
