package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import io.captioner.data.CaptionDataset;
import io.captioner.fixtures.Fill;
import io.captioner.image.ImageTransform;
import io.captioner.model.AdditiveAttention;
import io.captioner.model.AttentionLstm;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.VariationalRnn;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.pack.ModelPackage;
import io.captioner.search.BeamTrace;
import io.captioner.search.CaptionProgram;
import io.captioner.search.Hypothesis;
import io.captioner.search.Request;
import io.captioner.search.SearchForm;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A decoder with a latent in training, on a backend that trains; its tests extend this. The KL form's gradients are in the decoder fixtures. */
@Timeout(300)
public abstract class LatentTrainingContract {
    private static final int PATCH = 4;
    private static final int FEATURES = 8;
    private static final int EPOCHS = 16;

    /** PyTorch 2.15, float64: sum_i cos(i + 1) * gradient_i of each parameter, discriminator and recognition network in one step. */
    private static final Map<String, Double> GRADIENTS = Map.ofEntries(
            Map.entry("attention.encoder_att.weight", 0.0003277333),
            Map.entry("attention.decoder_att.weight", -0.00686522),
            Map.entry("attention.full_att.weight", 0.0001979975),
            Map.entry("embedding.weight", -0.1080491),
            Map.entry("init_h.weight", 0.09838902),
            Map.entry("init_c.weight", 0.01545627),
            Map.entry("f_beta.weight", -0.04088214),
            Map.entry("decode_step.weight_ih", -0.1894767),
            Map.entry("decode_step.weight_hh", 0.0345237),
            Map.entry("fc.weight", -0.1352855),
            Map.entry("mu.weight", -0.1327142),
            Map.entry("mu.bias", 0.2278788),
            Map.entry("logvar.weight", 0.0),
            Map.entry("discriminator.0.weight", -0.00939282),
            Map.entry("discriminator.0.bias", -0.0317258),
            Map.entry("discriminator.2.weight", 0.07094199),
            Map.entry("discriminator.2.bias", -0.04250227),
            Map.entry("discriminator.4.weight", 0.1917764),
            Map.entry("discriminator.4.bias", -0.1732241));

    @TempDir
    Path folder;

    protected abstract TrainingBackend backend();

    @Test
    void bothPlayersGradientsArePyTorchs() {
        VariationalRnn architecture = VariationalRnn.of(decoder(2, 3, 2), 2).adversarial(6);
        TrainingProgram program = TrainingProgram.fromFeatures(architecture, 2, 3, 6, new CaptionLoss(0, 0));
        // two captions of one picture, one and padding of the other
        HostTensor captions = HostTensor.ofLongs(Shape.of(2, 2, 4), 1, 4, 5, 2, 1, 5, 2, 0, 1, 3, 4, 2, 0, 0, 0, 0);
        List<HostTensor> batch = List.of(
                Fill.tensor("features", Shape.of(2, 2, 3), 1, Fill.Kind.PIXELS), captions, HostTensor.scalar(0.3f));
        try (TrainingSession session = open(program)) {
            Map<String, HostTensor> filled = new LinkedHashMap<>();
            session.weights()
                    .forEach((name, value) -> filled.put(
                            name, Fill.tensor(name.substring("decoder.".length()), value.shape(), 2, false)));
            session.restore(filled, session.optimizerState());

            Map<String, Double> found = new TreeMap<>();
            session.gradients(batch).forEach((name, gradient) -> found.put(name, projected(gradient.toFloatArray())));
            GRADIENTS.forEach((name, expected) ->
                    assertThat(found.get("decoder." + name)).as(name).isCloseTo(expected, within(2e-6)));
        }
        try (Executable evaluation = backend().compile(program, filledLike(program), Device.cpu(), 1)) {
            List<HostTensor> outputs = evaluation.run(batch);
            assertThat(outputs.get(0).floats().get(0)).isCloseTo(3.3062487f, within(1e-5f));
            // in evaluation with the penalty: 1.9111005 + 0.3 * 1.8156759
            assertThat(outputs.get(1).floats().get(0)).isCloseTo(2.4558033f, within(1e-5f));
            assertThat(outputs.get(2).longs().get(0)).isEqualTo(8);
        }
    }

    private Weights filledLike(TrainingProgram program) {
        Map<String, HostTensor> filled = new LinkedHashMap<>();
        try (TrainingSession session = open(program)) {
            session.weights()
                    .forEach((name, value) -> filled.put(
                            name, Fill.tensor(name.substring("decoder.".length()), value.shape(), 2, false)));
        }
        return Weights.of(filled);
    }

    private TrainingSession open(TrainingProgram program) {
        return backend()
                .train(
                        program,
                        Weights.none(),
                        new TrainingBackend.Settings(Optimizer.sgd(0), GradientClip.none(), name -> true, 1),
                        Device.cpu(),
                        1);
    }

    private static double projected(float[] gradient) {
        return IntStream.range(0, gradient.length)
                .mapToDouble(i -> gradient[i] * Math.cos(i + 1.0))
                .sum();
    }

    /** Each picture of the data has two captions, "a red square at the top" and "there is a red square above"; z tells which. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void otherLatentsAreOtherCaptionsOfAPicture(boolean adversarial) throws IOException {
        TrainingResult result =
                trainer("trained", adversarial).epochs(EPOCHS).build().train();
        ModelPackage model = ModelPackage.load(result.model());
        assertThat(model.architecture().decoder().latentSize()).isEqualTo(2);
        assertThat(model.weights().names()).contains("decoder.mu.weight", "decoder.logvar.bias");
        assertThat(model.weights().names().contains("decoder.discriminator.0.weight"))
                .isEqualTo(adversarial);
        assertThat(result.history().get(EPOCHS - 1).devLoss())
                .isLessThan(0.7 * result.history().get(0).devLoss());

        CaptionProgram program = CaptionProgram.fromPixels(
                model.architecture(), model.transform(), model.vocabulary().size());
        HostTensor pixels = model.transform().apply(List.of(ImageInput.of(folder.resolve("pictures/square-0.png"))));
        try (Executable search = backend().compile(program, model.weights(), Device.cpu(), 1);
                Executable drawing =
                        backend().compile(program.in(SearchForm.RULES), model.weights(), Device.cpu(), 1)) {
            Set<String> greedy = new HashSet<>();
            for (long seed = 0; seed < 12; seed++) {
                GenerationOptions options =
                        GenerationOptions.builder().seed(seed).build();
                List<String> first = captions(model, search, program, pixels, options);
                assertThat(captions(model, search, program, pixels, options)).isEqualTo(first);
                greedy.add(first.get(0));
            }
            assertThat(greedy).anyMatch(text -> text.startsWith("a ")).anyMatch(text -> text.startsWith("there "));
            // many at once, each the likeliest from a latent of its own
            GenerationOptions many =
                    GenerationOptions.builder().samples(12).topK(1).seed(3).build();
            assertThat(new HashSet<>(captions(model, drawing, program.in(SearchForm.RULES), pixels, many)))
                    .anyMatch(text -> text.startsWith("a "))
                    .anyMatch(text -> text.startsWith("there "));
        }
    }

    private static List<String> captions(
            ModelPackage model,
            Executable search,
            CaptionProgram program,
            HostTensor pixels,
            GenerationOptions options) {
        Request request = Request.of(options, model.vocabulary());
        BeamTrace trace = new BeamTrace(search.run(request.inputs(program, pixels)));
        List<String> texts = new ArrayList<>();
        for (Hypothesis hypothesis : trace.hypotheses(0, request)) {
            texts.add(model.vocabulary()
                    .text(hypothesis.words().stream()
                            .mapToLong(Hypothesis.Token::id)
                            .toArray()));
        }
        return texts;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void goesOnBitForBitAfterACrash(boolean adversarial) throws IOException {
        TrainingResult expected = trainer("unbroken", adversarial)
                .epochs(2)
                .checkpointEvery(5)
                .build()
                .train();
        assertThatThrownBy(() -> trainer("broken", adversarial)
                        .epochs(2)
                        .checkpointEvery(5)
                        .listener(new CrashAt(17))
                        .build()
                        .train())
                .hasMessage("crash");
        TrainingResult actual = trainer("broken", adversarial)
                .epochs(2)
                .checkpointEvery(5)
                .resume(true)
                .build()
                .train();

        Weights one = Weights.of(ModelPackage.load(expected.model()).weights());
        Weights other = Weights.of(ModelPackage.load(actual.model()).weights());
        assertThat(other.hash()).isEqualTo(one.hash());
    }

    private Trainer.Builder trainer(String name, boolean adversarial) throws IOException {
        Path json = Squares.draw(folder.resolve("pictures"), 64);
        VariationalRnn latent = VariationalRnn.of(decoder(32, 24, 8), 2);
        return Trainer.builder()
                .architecture(new CaptionerArchitecture(
                        new TinyEncoder(PATCH, FEATURES), adversarial ? latent.adversarial(16) : latent))
                .transform(ImageTransform.squash(16))
                .dataset(CaptionDataset.karpathy(json, json.getParent()))
                .minCount(1)
                .trainEncoder()
                .encoderLearningRate(0.005)
                .batchImages(4)
                .learningRate(0.03)
                .latent(adversarial ? 0.1 : 0.01, 150)
                .doublyStochastic(0)
                .threads(1)
                .backend(backend())
                .output(folder.resolve(name));
    }

    private static AttentionLstm decoder(int embedding, int hidden, int attention) {
        return AttentionLstm.builder()
                .embeddingSize(embedding)
                .hiddenSize(hidden)
                .attention(AdditiveAttention.relu(attention))
                .dropout(0)
                .build();
    }
}
