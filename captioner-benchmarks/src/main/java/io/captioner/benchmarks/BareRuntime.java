package io.captioner.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.onnx.OnnxBackend;
import io.captioner.onnx.OnnxExporter;
import io.captioner.pack.ModelPackage;
import io.captioner.search.CaptionProgram;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/**
 * P8: the backend against ONNX Runtime's own Java API with the same graph and inputs. The bare session reads its inputs from tensors made
 * once and reads no output; its options are the runtime's, but for the threads. Beside it stands a bare session whose threads sleep as soon as
 * the backend's do: what is left between these two is the backend's own. Each is open in its turn alone: the threads of a bare session spin
 * as long as it is open, on a core that the others want.
 */
final class BareRuntime {
    private static final int REPEATS = 20;

    /** Microseconds, the backend's. */
    private static final String SPIN = "200";

    private final Setting setting;
    private final ModelPackage model;

    BareRuntime(Setting setting, ModelPackage model) {
        this.setting = setting;
        this.model = model;
    }

    void measure() throws OrtException {
        CaptionProgram program = CaptionProgram.fromPixels(model.architecture(), model.transform(), SizedModel.WORDS);
        Path file = setting.folder().resolve("bare.onnx");
        OnnxExporter.of(program, model.weights()).write(file);
        List<HostTensor> inputs = program.inputs(
                model.transform().batch(List.of(new byte[3 * SizedModel.EDGE * SizedModel.EDGE])),
                SizedModel.options(1),
                List.of());
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions();
                OrtSession.SessionOptions sleeping = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(setting.threads());
            sleeping.setIntraOpNumThreads(setting.threads());
            sleeping.addConfigEntry("session.intra_op.spin_duration_us", SPIN);
            Map<String, OnnxTensor> tensors = tensors(environment, program, inputs);
            Callable<Double> ours = () -> {
                try (Executable backend =
                        new OnnxBackend().compile(program, model.weights(), Device.cpu(), setting.threads())) {
                    return secondsEach(() -> backend.run(inputs));
                }
            };
            compare(ours, session(environment, file, options, tensors), session(environment, file, sleeping, tensors));
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    private static Callable<Double> session(
            OrtEnvironment environment, Path file, OrtSession.SessionOptions options, Map<String, OnnxTensor> tensors) {
        return () -> {
            try (OrtSession session = environment.createSession(file.toString(), options)) {
                return secondsEach(() -> run(session, tensors));
            }
        };
    }

    /** After as many that warm up. */
    private static double secondsEach(Runnable run) {
        Work work = Work.repeated("one graph", REPEATS, run);
        work.seconds();
        return work.secondsEach();
    }

    private void compare(Callable<Double> ours, Callable<Double> bare, Callable<Double> sleeping) {
        List<List<Double>> seconds =
                Turns.afterWarmUp(setting.rounds(), List.of(turn(ours), turn(bare), turn(sleeping)));
        Samples backend = Samples.of(seconds.get(0));
        Samples session = Samples.of(seconds.get(1));
        Samples same = Samples.of(seconds.get(2));
        backend.print("one graph", "ours");
        session.print("", "bare");
        same.print("", "sleeping");
        setting.results().put("P8", session.median() / backend.median());
        setting.results().put("P8.sleeping", same.median() / backend.median());
    }

    private static Supplier<Double> turn(Callable<Double> measured) {
        return () -> {
            try {
                return measured.call();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static void run(OrtSession session, Map<String, OnnxTensor> tensors) {
        try (OrtSession.Result result = session.run(tensors)) {
            if (result.size() == 0) {
                throw new IllegalStateException("no output");
            }
        } catch (OrtException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Map<String, OnnxTensor> tensors(
            OrtEnvironment environment, CaptionProgram program, List<HostTensor> inputs) throws OrtException {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            Program.Port port = program.inputs().get(i);
            HostTensor value = inputs.get(i);
            tensors.put(port.name(), tensor(environment, value, value.shape().toArray()));
        }
        return tensors;
    }

    private static OnnxTensor tensor(OrtEnvironment environment, HostTensor value, long[] shape) throws OrtException {
        return switch (value.type()) {
            case FLOAT32 -> OnnxTensor.createTensor(environment, value.floats(), shape);
            case INT64 -> OnnxTensor.createTensor(environment, value.longs(), shape);
            case UINT8 -> OnnxTensor.createTensor(environment, value.bytes(), shape, OnnxJavaType.UINT8);
            case BOOL -> throw new IllegalArgumentException("no input of a caption is " + value);
        };
    }
}
