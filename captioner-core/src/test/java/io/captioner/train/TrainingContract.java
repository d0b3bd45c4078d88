package io.captioner.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.captioner.Device;
import io.captioner.SharedFiles;
import io.captioner.fixtures.DecoderCases;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.Safetensors;
import io.captioner.weights.Weights;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What every backend that trains must do; its tests extend this. */
@FixtureGroup("training")
public abstract class TrainingContract {
    /** The backend under test. */
    protected abstract TrainingBackend backend();

    @Test
    void everyTrainingFixtureHasATest() {
        assertThat(Fixtures.names("training"))
                .allMatch(name -> name.startsWith("train_")
                        || name.startsWith("optimiser_") // OptimizerFixtureTest
                        || name.startsWith("clip_grad_")
                        || name.equals("schedules")); // ScheduleTest
    }

    @TestFactory
    Stream<DynamicTest> makesTheTrainingStepsThatPyTorchMakes() {
        return Fixtures.names("training").stream()
                .filter(name -> name.startsWith("train_"))
                .map(name -> dynamicTest(name, () -> makesTheSteps(name)));
    }

    private void makesTheSteps(String name) throws IOException {
        Path folder = SharedFiles.beside("fixtures/training");
        JsonObject json = JsonParser.parseString(Files.readString(folder.resolve(name + ".json")))
                .getAsJsonObject();
        Safetensors file = Safetensors.open(folder.resolve(name + ".safetensors"));
        JsonObject hyper = json.getAsJsonObject("hyper");
        DecoderArchitecture decoder = DecoderCases.architecture(hyper);
        TrainingProgram program = TrainingProgram.fromFeatures(
                DecoderCases.architecture(hyper),
                hyper.get("L").getAsInt(),
                hyper.get("D").getAsInt(),
                hyper.get("V").getAsInt(),
                new CaptionLoss(0, hyper.get("alpha_c").getAsDouble()));
        Weights initial = Weights.of(file).under("param.").prefixed("decoder.");
        JsonArray betas = hyper.getAsJsonArray("betas");
        Optimizer adam = new Optimizer.Adam(
                betas.get(0).getAsDouble(),
                betas.get(1).getAsDouble(),
                hyper.get("eps").getAsDouble(),
                0,
                false,
                true,
                false);
        TrainingBackend.Settings settings = new TrainingBackend.Settings(
                adam, GradientClip.globalNorm(hyper.get("clip_norm").getAsDouble()), parameter -> true, 1);
        JsonObject tolerance = json.getAsJsonObject("tolerance");
        Near near = new Near(
                tolerance.get("rtol").getAsDouble(), tolerance.get("atol").getAsDouble());
        double rate = hyper.get("lr").getAsDouble();
        HostTensor losses = file.read("out.losses");
        HostTensor norms = file.read("out.grad_norms");
        try (TrainingSession session = backend().train(program, initial, settings, Device.cpu(), 1)) {
            for (int step = 0; step < hyper.get("steps").getAsInt(); step++) {
                HostTensor captions = slice(file.read("in.captions"), step); // (N, T)
                Shape rows =
                        Shape.of(captions.shape().dim(0), 1, captions.shape().dim(1));
                List<HostTensor> batch = List.of(
                        slice(file.read("in.features"), step), HostTensor.of(captions.type(), rows, captions.bytes()));
                TrainingSession.StepReport report = session.step(batch, parameter -> rate, step);
                near.check(
                        "loss of step " + step, report.loss(), losses.floats().get(step));
                near.check(
                        "gradient norm of step " + step,
                        report.gradientNorm(),
                        norms.floats().get(step));
            }
            Set<String> ignored = new HashSet<>();
            for (JsonElement ignore : json.getAsJsonArray("ignore")) {
                ignored.add(ignore.getAsString());
            }
            Map<String, HostTensor> weights = session.weights();
            for (String out : file.names()) {
                if (out.startsWith("out.final.") && !ignored.contains(out)) {
                    String parameter = "decoder." + out.substring("out.final.".length());
                    assertThat(weights).containsKey(parameter);
                    float[] expected = file.read(out).toFloatArray();
                    float[] actual = weights.get(parameter).toFloatArray();
                    for (int i = 0; i < expected.length; i++) {
                        near.check(parameter + "[" + i + "]", actual[i], expected[i]);
                    }
                }
            }
        }
    }

    private static HostTensor slice(HostTensor all, int index) {
        long[] dims = all.shape().toArray();
        Shape shape = Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
        int bytes = (int) shape.size() * all.type().bytes();
        return HostTensor.of(
                all.type(), shape, all.bytes().slice(index * bytes, bytes).order(ByteOrder.LITTLE_ENDIAN));
    }

    private record Near(double relative, double absolute) {
        void check(String what, double actual, double expected) {
            assertThat(actual).as(what).isCloseTo(expected, within(absolute + relative * Math.abs(expected)));
        }
    }
}
