package io.captioner.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.Device;
import io.captioner.SharedFiles;
import io.captioner.fixtures.DecoderCases;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.Encoder;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.reference.ReferenceBackend;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Greedy and beam search against PyTorch's: the {@code search} part of the decoder fixtures, on whichever backend extends this. */
@FixtureGroup("decoder")
public abstract class SearchFixtures {
    /**
     * Weights of some cases magnify rounding from word to word. The second picture of {@code attention_lstm_multi_head} does it most: from
     * 1e-7 at the first word to 9.5e-4 at the tenth; float64 is 2.3e-3 away from PyTorch's sum of twelve, and PyTorch's own float32 on
     * another machine 2.9e-4 at a single word. So a score may be away by the case's tolerance, or by this many times as much as arithmetic
     * in double is, whichever is more: that distance is one throw of the dice, and a backend's rounding is another.
     */
    private static final double ROUNDING = 4;

    protected abstract BackendProvider backend();

    @TestFactory
    Stream<DynamicTest> findsWhatPyTorchFinds() throws IOException {
        Path folder = SharedFiles.beside("fixtures/decoder");
        List<DynamicTest> tests = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path json : files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList()) {
                String name = json.getFileName().toString().replace(".json", "");
                tests.add(DynamicTest.dynamicTest(name, () -> search(folder, name)));
            }
        }
        assertThat(tests).isNotEmpty();
        return tests.stream();
    }

    private void search(Path folder, String name) throws IOException {
        JsonObject fixture = JsonParser.parseString(Files.readString(folder.resolve(name + ".json")))
                .getAsJsonObject();
        Safetensors tensors = Safetensors.open(folder.resolve(name + ".safetensors"));
        JsonObject hyper = fixture.getAsJsonObject("hyper");
        Tolerance tolerance = Tolerance.of(fixture.getAsJsonObject("tolerance"));
        int places = hyper.get("L").getAsInt();
        int words = hyper.get("V").getAsInt();
        CaptionProgram program =
                CaptionProgram.fromFeatures(architecture(hyper), new EncoderArchitecture.Grid(1, places), words);
        Source source = Source.of(tensors, words);
        try (Executable executable = backend().compile(program, decoderWeights(tensors), Device.cpu(), 1);
                Executable exported =
                        backend().compile(new BestCaptionProgram(program), decoderWeights(tensors), Device.cpu(), 1);
                Executable inDouble =
                        new ReferenceBackend(true).compile(program, decoderWeights(tensors), Device.cpu(), 1)) {
            for (Map.Entry<String, JsonElement> image :
                    fixture.getAsJsonObject("search").entrySet()) {
                int row = Integer.parseInt(image.getKey().replace("image", ""));
                JsonObject expected = image.getValue().getAsJsonObject();
                JsonObject greedy = expected.getAsJsonObject("greedy");
                int greedyLength =
                        Math.max(2, greedy.getAsJsonArray("log_probs").size());
                Hypothesis found = run(executable, source, 1, 12, 0).get(row).get(0);
                assertThat(ids(found)).as("%s greedy", image.getKey()).isEqualTo(ids(greedy));
                double logProbability = greedy.get("log_prob").getAsDouble();
                Hypothesis exact = run(inDouble, source, 1, 12, 0).get(row).get(0);
                assertThat(found.logProbability())
                        .isCloseTo(logProbability, within(tolerance.of(logProbability, exact.logProbability())));
                assertThat(greedyLength).isLessThanOrEqualTo(12);
                for (Map.Entry<String, JsonElement> beam : expected.entrySet()) {
                    if (beam.getKey().startsWith("beam")) {
                        beam(
                                executable,
                                exported,
                                inDouble,
                                source,
                                row,
                                beam.getKey(),
                                beam.getValue().getAsJsonObject(),
                                tolerance);
                    }
                }
            }
        }
    }

    private static void beam(
            Executable executable,
            Executable exported,
            Executable inDouble,
            Source source,
            int row,
            String key,
            JsonObject expected,
            Tolerance tolerance) {
        int width = Integer.parseInt(key.replaceAll("beam(\\d+)_max\\d+", "$1"));
        int length = Integer.parseInt(key.replaceAll("beam\\d+_max(\\d+)", "$1"));
        for (Map.Entry<String, JsonElement> ranked : expected.entrySet()) {
            if (!ranked.getKey().startsWith("ranked_length_penalty_")) {
                continue;
            }
            double penalty = Double.parseDouble(ranked.getKey().replace("ranked_length_penalty_", ""));
            JsonArray candidates = ranked.getValue().getAsJsonArray();
            List<Hypothesis> found =
                    run(executable, source, width, length, penalty).get(row);
            assertThat(found).as("%s %s", key, ranked.getKey()).hasSameSizeAs(candidates);
            List<Hypothesis> exact =
                    run(inDouble, source, width, length, penalty).get(row);
            for (int i = 0; i < found.size(); i++) {
                JsonObject candidate = candidates.get(i).getAsJsonObject();
                assertThat(ids(found.get(i))).as("%s candidate %d", key, i).isEqualTo(ids(candidate));
                double score = candidate.get("score").getAsDouble();
                assertThat(found.get(i).score())
                        .as("%s candidate %d", key, i)
                        .isCloseTo(
                                score, within(tolerance.of(score, exact.get(i).score())));
            }
            List<HostTensor> inputs = new ArrayList<>(inputs(source, width, length));
            inputs.add(HostTensor.scalar((float) penalty));
            List<HostTensor> best = exported.run(inputs);
            assertThat(row(best.get(0), row))
                    .as("%s exported", key)
                    .startsWith(ids(found.get(0)).stream()
                            .mapToLong(Integer::longValue)
                            .toArray());
            assertThat((double) best.get(1).floats().get(row))
                    .isCloseTo(
                            found.get(0).score(),
                            within(tolerance.of(
                                    candidates
                                            .get(0)
                                            .getAsJsonObject()
                                            .get("score")
                                            .getAsDouble(),
                                    exact.get(0).score())));
        }
    }

    /** How far a score may be away from PyTorch's: {@link #ROUNDING}. */
    private record Tolerance(double absolute, double relative) {
        static Tolerance of(JsonObject json) {
            return new Tolerance(
                    json.get("atol").getAsDouble(), json.get("rtol").getAsDouble());
        }

        double of(double score, double exact) {
            return Math.max(absolute + relative * Math.abs(score), ROUNDING * Math.abs(exact - score));
        }
    }

    private static long[] row(HostTensor ids, int row) {
        int length = (int) ids.shape().dim(1);
        long[] values = new long[length];
        ids.longs().get(row * length, values);
        return values;
    }

    /**
     * What is searched.
     *
     * @param latent one for each picture where the decoder has any
     */
    private record Source(HostTensor features, List<HostTensor> latent, int words) {
        static Source of(Safetensors tensors, int words) {
            List<HostTensor> latent = new ArrayList<>();
            if (tensors.names().contains("in.search_latent")) {
                HostTensor stored = tensors.read("in.search_latent"); // (N, Z)
                Shape each = Shape.of(stored.shape().dim(0), 1, stored.shape().dim(1));
                latent.add(HostTensor.of(stored.type(), each, stored.bytes()));
            }
            return new Source(tensors.read("in.features"), latent, words);
        }
    }

    private static List<HostTensor> inputs(Source source, int width, int length) {
        List<HostTensor> inputs = new ArrayList<>(List.of(
                source.features(),
                HostTensor.scalar((long) width),
                HostTensor.scalar((long) length),
                HostTensor.ofFloats(Shape.of(source.words()), new float[source.words()])));
        inputs.addAll(source.latent());
        return inputs;
    }

    private static List<List<Hypothesis>> run(
            Executable executable, Source source, int width, int length, double penalty) {
        BeamTrace trace = new BeamTrace(executable.run(inputs(source, width, length)));
        List<List<Hypothesis>> found = new ArrayList<>();
        for (int image = 0; image < trace.images(); image++) {
            found.add(trace.hypotheses(image, length, length, penalty));
        }
        return found;
    }

    private static List<Integer> ids(Hypothesis hypothesis) {
        return hypothesis.tokens().stream().map(Hypothesis.Token::id).toList();
    }

    private static List<Integer> ids(JsonObject candidate) {
        List<Integer> ids = new ArrayList<>();
        candidate.getAsJsonArray("ids").forEach(id -> ids.add(id.getAsInt()));
        return ids;
    }

    static WeightSource decoderWeights(Safetensors tensors) {
        Map<String, HostTensor> weights = new HashMap<>();
        for (String name : tensors.names()) {
            if (name.startsWith("param.")) {
                weights.put(name.replaceFirst("param\\.", "decoder."), tensors.read(name));
            }
        }
        return Weights.of(weights);
    }

    static CaptionerArchitecture architecture(JsonObject hyper) {
        return new CaptionerArchitecture(new Given(hyper.get("D").getAsInt()), DecoderCases.architecture(hyper));
    }

    /** Features come from the fixture; no encoder runs. */
    record Given(int featureSize) implements EncoderArchitecture {
        @Override
        public Grid grid(int height, int width) {
            return new Grid(1, 1);
        }

        @Override
        public Encoder bind(Parameters parameters) {
            throw new UnsupportedOperationException("features are given");
        }
    }
}
