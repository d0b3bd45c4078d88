package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.captioner.Device;
import io.captioner.fixtures.FixtureGroup;
import io.captioner.fixtures.Fixtures;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.TrainingBackend.Settings;
import io.captioner.train.TrainingSession;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

@FixtureGroup("training")
class OptimizerFixtureTest {
    @TestFactory
    Stream<DynamicTest> updatesAndClipsAsPyTorch() {
        return Fixtures.names("training").stream()
                .filter(name -> !name.startsWith("train_")) // TrainingContract makes whole steps
                .filter(name -> !name.equals("schedules")) // ScheduleTest
                .map(name -> dynamicTest(name, () -> {
                    if (name.startsWith("clip_")) {
                        clipsAsPyTorch(name);
                    } else {
                        assertThat(name).as("the kind of a case").startsWith("optimiser_");
                        updatesAsPyTorch(name.substring("optimiser_".length()));
                    }
                }));
    }

    private static void updatesAsPyTorch(String name) {
        Fixture fixture = Fixture.read("training/optimiser_" + name);
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Map<String, HostTensor> initial = new HashMap<>();
        fixture.tensors().forEach((key, value) -> {
            if (key.startsWith("param.")) {
                shapes.put(key.substring("param.".length()), value.shape());
                initial.put(key.substring("param.".length()), value);
            }
        });
        Settings settings = new Settings(optimizer(name, fixture), GradientClip.none(), n -> true, 1);
        double rate = fixture.hyper("lr", Double.NaN);
        try (TrainingSession session = new DjlBackend()
                .train(Programs.gradientsGiven(shapes), Programs.source(initial), settings, Device.cpu(), 1)) {
            for (int step = 0; step < (int) fixture.hyper("steps", 0); step++) {
                List<HostTensor> gradients = new ArrayList<>();
                for (String parameter : shapes.keySet()) {
                    gradients.add(Programs.row(fixture.get("in.gradients." + parameter), step));
                }
                session.step(gradients, parameter -> rate, step);
                for (String parameter : shapes.keySet()) {
                    fixture.assertClose(
                            parameter + " after step " + step,
                            session.weights().get(parameter),
                            Programs.row(fixture.get("out." + parameter), step));
                }
            }
        }
    }

    private static Optimizer optimizer(String name, Fixture fixture) {
        double decay = fixture.hyper("weight_decay", 0);
        if (name.startsWith("sgd")) {
            return new Optimizer.Sgd(fixture.hyper("momentum", 0), fixture.flag("nesterov"), decay);
        }
        if (name.startsWith("rmsprop")) {
            return new Optimizer.RmsProp(
                    fixture.hyper("alpha", 0.99), fixture.hyper("eps", 1e-8), fixture.hyper("momentum", 0), decay);
        }
        if (!name.startsWith("adam")) {
            throw new AssertionError("no rule for the fixture " + name);
        }
        double beta1 = fixture.hyper().getAsJsonArray("betas").get(0).getAsDouble();
        double beta2 = fixture.hyper().getAsJsonArray("betas").get(1).getAsDouble();
        return new Optimizer.Adam(
                beta1,
                beta2,
                fixture.hyper("eps", 1e-8),
                decay,
                name.startsWith("adamw"),
                true,
                fixture.flag("amsgrad"));
    }

    private static void clipsAsPyTorch(String name) {
        Fixture fixture = Fixture.read("training/" + name);
        Map<String, Shape> shapes = new LinkedHashMap<>();
        Map<String, HostTensor> initial = new HashMap<>();
        List<HostTensor> gradients = new ArrayList<>();
        fixture.tensors().forEach((key, value) -> {
            if (key.startsWith("in.grad.")) {
                shapes.put(key.substring("in.grad.".length()), value.shape());
                initial.put(key.substring("in.grad.".length()), HostTensor.allocate(value.type(), value.shape()));
                gradients.add(value);
            }
        });
        GradientClip clip = name.endsWith("value")
                ? GradientClip.value(fixture.hyper("clip_value", 0))
                : GradientClip.globalNorm(fixture.hyper("max_norm", 0));
        // From zero, at rate -1, plain descent leaves the clipped gradient.
        Settings settings = new Settings(new Optimizer.Sgd(0, false, 0), clip, n -> true, 1);
        try (TrainingSession session = new DjlBackend()
                .train(Programs.gradientsGiven(shapes), Programs.source(initial), settings, Device.cpu(), 1)) {
            TrainingSession.StepReport report = session.step(gradients, parameter -> -1, 0);
            Map<String, HostTensor> weights = session.weights();
            shapes.keySet().forEach(n -> fixture.assertClose(n, weights.get(n), fixture.get("out.grad." + n)));
            if (fixture.tensors().containsKey("out.total_norm")) {
                float expected = fixture.get("out.total_norm").floats().get(0);
                assertThat(report.gradientNorm()).isCloseTo(expected, within(expected * 1e-5f));
            }
        }
    }
}
