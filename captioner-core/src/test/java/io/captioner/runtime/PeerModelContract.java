package io.captioner.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.Captioner;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.SharedFiles;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.pack.PyTorchCaptioner;
import io.captioner.search.BeamTrace;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.spi.BackendProvider;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real weights: a captioner that PyTorch trained says on a backend what it says in PyTorch, from stored features to the last word and from
 * the JPEGs of 200 photos.
 */
public abstract class PeerModelContract {
    private static final String ID = "pytorch-peer";

    /** Where two words are closer than this, rounding may choose. */
    private static final double DECISIVE_GAP = 1e-3;

    @TempDir
    Path folder;

    protected abstract BackendProvider backend();

    @Test
    void saysWhatPyTorchSaysOfStoredFeatures() throws IOException {
        Path peer = SharedFiles.beside("peers/model");
        ModelPackage model = PyTorchCaptioner.read(peer, ID);
        HostTensor features =
                Safetensors.open(peer.resolve("features.safetensors")).read("features");
        CaptionProgram program = CaptionProgram.fromFeatures(
                model.architecture(),
                model.architecture()
                        .encoder()
                        .grid(model.transform().height(), model.transform().width()),
                model.vocabulary().size());
        List<JsonObject> cases = cases(peer).stream()
                .filter(item -> item.has("features") && !item.get("features").isJsonNull())
                .toList();
        assertThat(cases).hasSize((int) features.shape().dim(0));
        int compared = 0;
        try (Executable executable = backend().compile(program, model.weights(), Device.cpu(), 0)) {
            for (JsonObject item : cases) {
                HostTensor row = row(features, item.get("features").getAsInt());
                JsonObject greedy = item.getAsJsonObject("greedy");
                if (greedy.get("smallest_gap").getAsDouble() > DECISIVE_GAP) {
                    compare(find(executable, program, row, GenerationOptions.greedy()), greedy);
                    compared++;
                }
                compare(find(executable, program, row, GenerationOptions.beam(3)), item.getAsJsonObject("beam3"));
            }
        }
        assertThat(compared).isGreaterThan(8);
    }

    @Test
    void saysWhatPyTorchSaysOfTwoHundredPhotos() throws IOException {
        Path peer = SharedFiles.beside("peers/model");
        Path images = SharedFiles.beside("data/flickr8k/images");
        ModelPackage model = PyTorchCaptioner.read(peer, ID);
        List<JsonObject> cases = cases(peer);
        List<Path> photos = cases.stream()
                .map(item -> images.resolve(item.get("image").getAsString()))
                .toList();
        try (EncodedPhotos encoded = EncodedPhotos.of(backend(), model, photos, 0)) {
            assertThat(share(captions(encoded, model, GenerationOptions.greedy()), cases, "greedy"))
                    .as("share of equal greedy captions")
                    .isGreaterThanOrEqualTo(0.97);
            assertThat(share(captions(encoded, model, GenerationOptions.beam(3)), cases, "beam3"))
                    .as("share of equal captions with beam 3")
                    .isGreaterThanOrEqualTo(0.97);
        }
    }

    @Test
    void isSavedAndOpenedAsAnyOtherModel() {
        Path peer = SharedFiles.beside("peers/model");
        Path saved = folder.resolve("model");
        PyTorchCaptioner.read(peer, ID).save(saved);
        try (Captioner captioner =
                Captioner.builder().backend(backend().backend()).model(saved).build()) {
            assertThat(captioner.modelId()).isEqualTo(ID);
        }
    }

    private static List<String> captions(EncodedPhotos encoded, ModelPackage model, GenerationOptions options) {
        return encoded.search(options).stream()
                .map(found -> model.vocabulary()
                        .text(found.words().stream()
                                .mapToLong(Hypothesis.Token::id)
                                .toArray()))
                .toList();
    }

    private static double share(List<String> captions, List<JsonObject> cases, String key) {
        int equal = 0;
        for (int i = 0; i < captions.size(); i++) {
            String expected = cases.get(i).getAsJsonObject(key).get("caption").getAsString();
            equal += captions.get(i).equals(expected) ? 1 : 0;
        }
        return equal / (double) captions.size();
    }

    private static Hypothesis find(
            Executable executable, CaptionProgram program, HostTensor features, GenerationOptions options) {
        BeamTrace trace = new BeamTrace(executable.run(program.inputs(features, options, List.of(Vocabulary.UNKNOWN))));
        return trace.hypotheses(0, options.maxLength() + 1, options.maxLength(), 0)
                .get(0);
    }

    private static void compare(Hypothesis found, JsonObject expected) {
        List<Integer> ids = new ArrayList<>();
        expected.getAsJsonArray("ids").forEach(id -> ids.add(id.getAsInt()));
        assertThat(found.words().stream().map(Hypothesis.Token::id).toList()).isEqualTo(ids);
        JsonArray logProbabilities = expected.getAsJsonArray("log_probabilities");
        for (int i = 0; i < ids.size(); i++) {
            assertThat(found.tokens().get(i).logProbability())
                    .isCloseTo(logProbabilities.get(i).getAsDouble(), within(1e-3));
        }
    }

    private static HostTensor row(HostTensor features, int row) {
        float[] all = features.toFloatArray();
        int size = (int) (features.shape().dim(1) * features.shape().dim(2));
        float[] values = new float[size];
        System.arraycopy(all, row * size, values, 0, size);
        return HostTensor.ofFloats(
                Shape.of(1, features.shape().dim(1), features.shape().dim(2)), values);
    }

    private static List<JsonObject> cases(Path peer) throws IOException {
        List<JsonObject> cases = new ArrayList<>();
        for (JsonElement item : JsonParser.parseString(Files.readString(peer.resolve("expected.json")))
                .getAsJsonObject()
                .getAsJsonArray("cases")) {
            cases.add(item.getAsJsonObject());
        }
        return cases;
    }
}
