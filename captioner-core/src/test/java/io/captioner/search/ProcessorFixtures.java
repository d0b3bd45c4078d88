package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.captioner.Device;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The rules of a search against the logits processors of Hugging Face. Each backend extends this. */
@FixtureGroup("search")
public abstract class ProcessorFixtures {
    /** Longer than any prefix of the fixtures, so that the buffer has places without a word. */
    private static final int BUFFER = 9;

    /** The cases that {@link GenerateFixtures} runs. */
    private static final Set<String> WHOLE = Set.of("generate", "tiny_gpt2");

    protected abstract BackendProvider backend();

    @TestFactory
    Stream<DynamicTest> boundAsHuggingFaceBinds() {
        return Fixtures.names("search").stream()
                .filter(name -> !WHOLE.contains(name))
                .map(name -> dynamicTest(name, () -> check(Fixtures.load("search", name))));
    }

    private void check(Fixtures.Case fixture) {
        int words = (int) fixture.tensor("in.0.scores").shape().dim(1);
        Rule rule = rule(fixture.name().replace("processor_", ""), fixture.hyper(), words);
        try (Executable executable = backend().compile(new RuleProgram(rule, words), Weights.none(), Device.cpu(), 1)) {
            for (int table = 0; fixture.tensors().containsKey("in." + table + ".ids"); table++) {
                HostTensor ids = fixture.tensor("in." + table + ".ids");
                long rows = ids.shape().dim(0);
                HostTensor scores = fixture.tensor("in." + table + ".scores");
                List<HostTensor> outputs = executable.run(List.of(
                        HostTensor.of(DType.FLOAT32, Shape.of(1, rows, words), scores.bytes()),
                        padded(ids),
                        HostTensor.scalar(ids.shape().dim(1)),
                        positions()));
                HostTensor result = HostTensor.of(
                        DType.FLOAT32, scores.shape(), outputs.get(0).bytes());
                fixture.assertClose(result, "out." + table + ".scores");
            }
        }
    }

    /** The rule that a fixture's name and settings say; one that is not known fails. */
    private static Rule rule(String name, JsonObject hyper, int words) {
        String kind = name.replaceAll("_[0-9.]+$", "");
        return switch (kind) {
            case "temperature" -> (s, h) -> Processors.temperature(s, number(s, hyper, "temperature"));
            case "top_k" ->
                (s, h) -> Processors.topK(s, s.algebra().scalar((long)
                        Math.min(hyper.get("k").getAsInt(), words)));
            case "top_p" -> (s, h) -> Processors.topP(s, number(s, hyper, "p"));
            case "min_p" -> (s, h) -> Processors.minP(s, number(s, hyper, "min_p"));
            case "typical" -> (s, h) -> Processors.typical(s, number(s, hyper, "mass"));
            case "repetition_penalty" -> (s, h) -> Processors.repetitionPenalty(s, h, number(s, hyper, "penalty"));
            case "no_repeat_ngram" -> (s, h) -> Processors.noRepeatNgram(s, h, whole(s, hyper, "n"));
            case "bad_words" -> {
                HostTensor phrases = phrases(hyper.getAsJsonArray("bad_words"));
                yield (s, h) -> Processors.badWords(s, h, s.algebra().constant(phrases));
            }
            case "suppress_tokens" -> {
                float[] bias = new float[words];
                hyper.getAsJsonArray("ids").forEach(id -> bias[id.getAsInt()] = Float.NEGATIVE_INFINITY);
                yield (s, h) ->
                        Processors.suppress(s, s.algebra().constant(HostTensor.ofFloats(Shape.of(words), bias)));
            }
            case "min_length" ->
                (s, h) -> Processors.minimumLength(
                        s,
                        h.length(),
                        whole(s, hyper, "min_length"),
                        hyper.get("eos").getAsLong());
            case "min_new_tokens" ->
                (s, h) -> Processors.minimumLength(
                        s,
                        h.length().minus(whole(s, hyper, "prompt_length")),
                        whole(s, hyper, "min_new_tokens"),
                        hyper.get("eos").getAsLong());
            case "forced_bos" -> forcedAt(1, hyper.get("id").getAsLong());
            case "forced_eos" ->
                forcedAt(
                        hyper.get("max_length").getAsLong() - 1, hyper.get("id").getAsLong());
            default -> throw new AssertionError("no rule for the fixture " + name);
        };
    }

    private static Rule forcedAt(long length, long word) {
        return (s, h) -> s.algebra()
                .when(
                        h.length().equalTo(s.algebra().scalar(length)),
                        s,
                        free -> Processors.forced(free, s.algebra().scalar(word)));
    }

    private static Tensor number(Tensor scores, JsonObject hyper, String name) {
        return scores.algebra().scalar(hyper.get(name).getAsFloat());
    }

    private static Tensor whole(Tensor scores, JsonObject hyper, String name) {
        return scores.algebra().scalar(hyper.get(name).getAsLong());
    }

    private static HostTensor phrases(JsonArray words) {
        int width = 2;
        for (int i = 0; i < words.size(); i++) {
            width = Math.max(width, words.get(i).getAsJsonArray().size());
        }
        long[] ids = new long[words.size() * width];
        Arrays.fill(ids, -1);
        for (int i = 0; i < words.size(); i++) {
            JsonArray phrase = words.get(i).getAsJsonArray();
            for (int j = 0; j < phrase.size(); j++) {
                ids[(i + 1) * width - phrase.size() + j] = phrase.get(j).getAsLong();
            }
        }
        return HostTensor.ofLongs(Shape.of(words.size(), width), ids);
    }

    private static HostTensor padded(HostTensor ids) {
        int rows = (int) ids.shape().dim(0);
        int length = (int) ids.shape().dim(1);
        assertThat(length).isLessThan(BUFFER);
        long[] buffer = new long[rows * BUFFER];
        for (int i = 0; i < rows * length; i++) {
            buffer[i / length * BUFFER + i % length] = ids.longs().get(i);
        }
        return HostTensor.ofLongs(Shape.of(1, rows, BUFFER), buffer);
    }

    private static HostTensor positions() {
        return HostTensor.ofLongs(
                Shape.of(BUFFER), IntStream.range(0, BUFFER).asLongStream().toArray());
    }

    private interface Rule {
        Tensor apply(Tensor scores, Processors.History history);
    }

    private record RuleProgram(Rule rule, int words) implements Program {
        @Override
        public List<Port> inputs() {
            return List.of(
                    new Port("scores", DType.FLOAT32, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, words)),
                    new Port("ids", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, Shape.UNKNOWN)),
                    new Port("length", DType.INT64, Shape.of()),
                    new Port("positions", DType.INT64, Shape.of(Shape.UNKNOWN)));
        }

        @Override
        public List<String> outputs() {
            return List.of("ruled");
        }

        @Override
        public Computation bind(Parameters parameters) {
            return inputs -> List.of(
                    rule.apply(inputs.get(0), new Processors.History(inputs.get(1), inputs.get(2), inputs.get(3))));
        }
    }
}
