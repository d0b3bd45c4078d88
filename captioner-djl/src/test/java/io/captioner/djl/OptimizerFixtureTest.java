package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.captioner.Device;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OptimizerFixtureTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "adam",
                "adam_amsgrad_weight_decay",
                "adamw",
                "sgd",
                "sgd_momentum",
                "sgd_nesterov",
                "sgd_weight_decay"
            })
    void updatesAsPyTorch(String name) {
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "clip_grad_norm_0.25_scale0.1",
                "clip_grad_norm_1.0_scale3.0",
                "clip_grad_norm_5.0_scale0.1",
                "clip_grad_norm_5.0_scale3.0",
                "clip_grad_value"
            })
    void clipsAsPyTorch(String name) {
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
