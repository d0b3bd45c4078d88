package io.captioner.djl;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.pytorch.engine.PtEngineProvider;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.BackendException;
import io.captioner.CaptionerException;
import io.captioner.Device;
import io.captioner.nn.ShapeException;
import java.util.Locale;
import java.util.function.Supplier;

/** The native library: loaded once per JVM, its devices and its threads. */
final class Libtorch {
    private static final String VERSION = "2.7.1";

    private Libtorch() {}

    /** The manager that owns what an executable or a session keeps; loads libtorch on first use. */
    static PtNDManager newManager(Device device) {
        Engine engine = engine();
        if (device.type() == Device.Type.CPU) {
            return (PtNDManager) engine.newBaseManager(ai.djl.Device.cpu());
        }
        requireCuda(engine, device);
        return (PtNDManager) engine.newBaseManager(ai.djl.Device.gpu(device.index()));
    }

    private static Engine engine() {
        // DJL would otherwise look for missing libraries on the network, and tell its makers that it was started.
        if (System.getProperty("ai.djl.offline") == null) {
            System.setProperty("ai.djl.offline", "true");
        }
        QuietLogging.start();
        try {
            Engine engine = new PtEngineProvider().getEngine();
            if (engine != null) {
                return engine;
            }
        } catch (EngineException | IllegalStateException | LinkageError e) {
            throw new BackendException(missing(), e);
        }
        throw new BackendException(missing());
    }

    private static String missing() {
        return "libtorch " + VERSION + " does not load on this platform (" + System.getProperty("os.name") + ", "
                + System.getProperty("os.arch") + "): add ai.djl.pytorch:pytorch-native-cpu:" + VERSION
                + " with classifier "
                + classifier() + " and ai.djl.pytorch:pytorch-jni:" + VERSION + "-0.35.1 to the class path";
    }

    private static String classifier() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        String processor = arch.contains("aarch64") || arch.contains("arm64") ? "aarch64" : "x86_64";
        return (os.contains("win") ? "win-" : os.contains("mac") ? "osx-" : "linux-") + processor;
    }

    private static void requireCuda(Engine engine, Device device) {
        int found = engine.getGpuCount();
        if (device.index() >= found) {
            throw new BackendException("device " + device + " is not there: " + found
                    + " NVIDIA GPUs were found; choose Device.cpu(), or check the driver with nvidia-smi");
        }
        if (!engine.hasCapability(StandardCapabilities.CUDA)) {
            throw new BackendException("device " + device
                    + " is there, but this libtorch computes on the CPU only, and none for CUDA is published in version "
                    + VERSION + "; choose Device.cpu(), or the backend onnx with onnxruntime_gpu");
        }
    }

    /** @param threads 0 for one a core */
    static int threads(int threads) {
        if (threads < 0) {
            throw new BackendException("threads is " + threads + "; it must be at least 0 (one a core)");
        }
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }

    /** Each thread of the JVM has a number of libtorch threads of its own: set it where work begins. */
    static void useThreads(int threads) {
        if (JniUtils.getNumThreads() != threads) {
            JniUtils.setNumThreads(threads);
        }
    }

    /** What the operation makes, no part of libtorch's graph: no gradient is taken of it there. */
    static <T> T unrecorded(Supplier<T> operation) {
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        try {
            return operation.get();
        } finally {
            JniUtils.setGradMode(recording);
        }
    }

    /** As {@link #unrecorded(Supplier)}, of what makes nothing. */
    static void unrecorded(Runnable operation) {
        unrecorded(() -> {
            operation.run();
            return true;
        });
    }

    /** What libtorch throws, as one of our kinds. */
    static CaptionerException failure(String what, RuntimeException cause) {
        if (cause instanceof CaptionerException known) {
            return known;
        }
        String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        if (cause instanceof ClassCastException) {
            return new ShapeException(what + " met a tensor of another backend: " + message);
        }
        return new BackendException(what + " failed in libtorch: " + message, cause);
    }
}
