package io.captioner.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.TensorInfo;
import com.google.protobuf.CodedOutputStream;
import io.captioner.BackendException;
import io.captioner.Device;
import io.captioner.nn.Checks;
import io.captioner.nn.DType;
import io.captioner.nn.Executable;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A session of ONNX Runtime. Runs share a lock that {@link #close} takes alone, because the runtime does not guard itself. */
final class OnnxExecutable implements Executable {
    private final OrtRuntime runtime;
    private final Device device;
    private final OrtSession session;
    private final List<Port> inputs;
    private final List<OnnxTensorLike> external;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean closed;

    private OnnxExecutable(
            OrtRuntime runtime, Device device, OrtSession session, List<Port> inputs, List<OnnxTensorLike> external) {
        this.runtime = runtime;
        this.device = device;
        this.session = session;
        this.inputs = inputs;
        this.external = external;
    }

    /** How a session is made from its options. */
    private interface Opening {
        OrtSession open(SessionOptions options) throws OrtException;
    }

    /**
     * Loads a graph from memory.
     *
     * @param external stored values that are not in the model, of which those that it needs are read
     */
    static OnnxExecutable load(
            OrtRuntime runtime,
            ModelProto model,
            StoredValues external,
            List<Port> inputs,
            Device device,
            int threads) {
        boolean integer = model.getGraph().getInitializerList().stream()
                .anyMatch(value -> value.getDataType() == TensorProto.DataType.INT8.getNumber());
        return load(runtime, integer, external.read(model.getGraph()), inputs, device, threads, options -> {
            return runtime.environment().createSession(serialize(model), options);
        });
    }

    /** Loads a graph from a file. */
    static OnnxExecutable load(OrtRuntime runtime, Path file, List<Port> inputs, Device device, int threads) {
        return load(runtime, true, Map.of(), inputs, device, threads, options -> {
            return runtime.environment().createSession(file.toString(), options);
        });
    }

    private static OnnxExecutable load(
            OrtRuntime runtime,
            boolean integer,
            Map<String, HostTensor> external,
            List<Port> inputs,
            Device device,
            int threads,
            Opening opening) {
        Map<String, OnnxTensorLike> values = new LinkedHashMap<>();
        try (SessionOptions options = integer ? runtime.integerOptions(threads) : runtime.options(threads)) {
            if (device.type() == Device.Type.CUDA) {
                Cuda.add(options, device);
            }
            for (Map.Entry<String, HostTensor> value : external.entrySet()) {
                values.put(value.getKey(), tensor(runtime, value.getValue()));
            }
            if (!values.isEmpty()) {
                options.addExternalInitializers(values);
            }
            // The runtime reads external values where they lie: they live as long as the session.
            return new OnnxExecutable(runtime, device, opening.open(options), inputs, List.copyOf(values.values()));
        } catch (OrtException e) {
            values.values().forEach(OnnxTensorLike::close);
            throw failure(device, "cannot load the graph on " + device, e);
        }
    }

    /** Parts of CUDA are looked for as late as in the first run. */
    private static BackendException failure(Device device, String what, OrtException cause) {
        if (device.type() == Device.Type.CUDA && Cuda.isMissing(cause)) {
            return Cuda.failure(device, cause);
        }
        return new BackendException("ONNX Runtime " + what + ": " + cause.getMessage(), cause);
    }

    /** Outside the heap, from where the runtime reads without another copy. */
    private static ByteBuffer serialize(ModelProto model) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(model.getSerializedSize());
        CodedOutputStream stream = CodedOutputStream.newInstance(bytes);
        try {
            model.writeTo(stream);
            stream.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.flip();
    }

    @Override
    public List<HostTensor> run(List<HostTensor> given) {
        Checks.inputs(inputs, given);
        lock.readLock().lock();
        try {
            if (closed) {
                throw new BackendException("the model is closed; build another captioner");
            }
            return runOpen(given);
        } finally {
            lock.readLock().unlock();
        }
    }

    private List<HostTensor> runOpen(List<HostTensor> given) {
        Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
        try {
            for (int i = 0; i < given.size(); i++) {
                tensors.put(inputs.get(i).name(), tensor(runtime, given.get(i)));
            }
            try (OrtSession.Result result = session.run(tensors)) {
                List<HostTensor> outputs = new ArrayList<>();
                for (int i = 0; i < result.size(); i++) {
                    outputs.add(host((OnnxTensor) result.get(i)));
                }
                return outputs;
            }
        } catch (OrtException e) {
            throw failure(device, "failed", e);
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    /** Over the same memory. */
    private static OnnxTensor tensor(OrtRuntime runtime, HostTensor value) throws OrtException {
        return OnnxTensor.createTensor(
                runtime.environment(), value.bytes(), value.shape().toArray(), javaType(value.type()));
    }

    private static OnnxJavaType javaType(DType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case INT64 -> OnnxJavaType.INT64;
            case UINT8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
        };
    }

    private static HostTensor host(OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        DType type = switch (info.type) {
            case FLOAT -> DType.FLOAT32;
            case INT64 -> DType.INT64;
            case UINT8 -> DType.UINT8;
            case BOOL -> DType.BOOL;
            default -> throw new BackendException("ONNX Runtime gave elements of " + info.type);
        };
        return HostTensor.of(type, Shape.of(info.getShape()), tensor.getByteBuffer());
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            session.close();
            external.forEach(OnnxTensorLike::close);
        } catch (OrtException e) {
            throw new BackendException("ONNX Runtime cannot close the model: " + e.getMessage(), e);
        } finally {
            lock.writeLock().unlock();
        }
    }
}
