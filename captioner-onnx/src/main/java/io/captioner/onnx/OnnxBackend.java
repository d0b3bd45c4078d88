package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.nn.Executable;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.ActivationRanges;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Runs programs on ONNX Runtime: each is recorded as one graph, loops included, so that a whole caption is one call of the runtime.
 *
 * <p>On the CPU with {@code com.microsoft.onnxruntime:onnxruntime}, which comes along; on NVIDIA GPUs put {@code onnxruntime_gpu} of the
 * same version in its place.
 */
public final class OnnxBackend implements BackendProvider {
    /** Of the runtime that this is built with; asking the runtime itself would load its natives. */
    static final String VERSION = "1.28.0";

    /** Most bytes of stored values that can go into a model; a protocol buffer ends at 2 GB. */
    private static final long EMBEDDED = 1L << 30;

    @Override
    public Backend backend() {
        return Backend.ONNX;
    }

    @Override
    public String description() {
        return "ONNX Runtime " + VERSION;
    }

    @Override
    public void prepare() {
        OrtRuntime.get();
        ByteSums.model().toByteArray(); // loads the classes of the format, which takes half as long as the libraries
    }

    @Override
    public Executable compile(Program program, WeightSource weights, Device device, int threads) {
        boolean integer = device.type() == Device.Type.CPU && ActivationRanges.areIn(weights);
        if (integer) {
            CompletableFuture.runAsync(() -> OrtRuntime.get().overflows()); // tried beside the recording
        }
        ModelWriter writer = new ModelWriter(TracedGraph.trace(program, weights));
        OrtRuntime runtime = OrtRuntime.get();
        // Values are handed over beside the model, where they lie, unless they are copied to a device: inside they are
        // copied three times.
        ModelProto plain = writer.write(Map.of(), device.type() == Device.Type.CPU ? 0 : EMBEDDED);
        ModelProto model = on(device, plain, writer.external(), weights, integer && !runtime.overflows());
        return OnnxExecutable.load(runtime, model, writer.external(), program.inputs(), device, threads);
    }

    /** The form that this device computes fastest: 8 bits where the package has ranges for them, but on a GPU 32, with the rounded weights. */
    static ModelProto on(Device device, ModelProto model, StoredValues values, WeightSource weights, boolean signed) {
        return device.type() == Device.Type.CPU ? Int8Graph.rewrite(model, values, Ranges.of(weights), signed) : model;
    }
}
