package io.captioner.search;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.Device;
import io.captioner.SharedFiles;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/** A decoder of the fixtures on a backend: its plain searches and those with rules, and captions drawn in one call. */
final class FixtureSearches implements AutoCloseable {
    /** Of the fixture's pictures, (N, L, D). */
    final HostTensor features;
    /** V. */
    final int words;

    private final CaptionProgram program;
    private final Function<Program, Executable> compiler;
    private final Map<SearchForm, Executable> searches = new EnumMap<>(SearchForm.class);
    private Executable sampler;

    FixtureSearches(BackendProvider backend, String fixture) throws IOException {
        Path folder = SharedFiles.beside("fixtures/decoder");
        JsonObject hyper = JsonParser.parseString(Files.readString(folder.resolve(fixture + ".json")))
                .getAsJsonObject()
                .getAsJsonObject("hyper");
        Safetensors tensors = Safetensors.open(folder.resolve(fixture + ".safetensors"));
        features = tensors.read("in.features");
        words = hyper.get("V").getAsInt();
        program = CaptionProgram.fromFeatures(
                SearchFixtures.architecture(hyper),
                new EncoderArchitecture.Grid(1, hyper.get("L").getAsInt()),
                words);
        compiler = wanted -> backend.compile(wanted, SearchFixtures.decoderWeights(tensors), Device.cpu(), 1);
    }

    /** The features of one picture, (1, L, D). */
    HostTensor row(int image) {
        int size = (int) (features.shape().dim(1) * features.shape().dim(2));
        float[] values = new float[size];
        features.floats().get(image * size, values);
        return HostTensor.ofFloats(features.shape().with(0, 1), values);
    }

    List<List<Hypothesis>> captions(HostTensor some, Request request) {
        CaptionProgram wanted = program.in(request.options().plain() ? SearchForm.PLAIN : SearchForm.RULES);
        Executable search = searches.computeIfAbsent(wanted.form(), form -> compiler.apply(wanted));
        BeamTrace trace = new BeamTrace(search.run(request.inputs(wanted, some)));
        return IntStream.range(0, trace.images())
                .mapToObj(image -> trace.hypotheses(image, request))
                .toList();
    }

    /** Tokens (turns, N, K). */
    HostTensor sampled(HostTensor some, SamplingProgram.Draw draw, List<Integer> forbidden) {
        SamplingProgram sampling = new SamplingProgram(program);
        if (sampler == null) {
            sampler = compiler.apply(sampling);
        }
        return sampler.run(sampling.inputs(some, draw, forbidden)).get(0);
    }

    /** Of each picture's captions. */
    static List<List<List<Integer>>> ids(
            List<List<Hypothesis>> images, Function<Hypothesis, List<Hypothesis.Token>> part) {
        return images.stream()
                .map(image -> image.stream()
                        .map(caption -> part.apply(caption).stream()
                                .map(Hypothesis.Token::id)
                                .toList())
                        .toList())
                .toList();
    }

    @Override
    public void close() {
        searches.values().forEach(Executable::close);
        if (sampler != null) {
            sampler.close();
        }
    }
}
