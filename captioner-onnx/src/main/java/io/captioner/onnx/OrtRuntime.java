package io.captioner.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.captioner.BackendException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's environment, of which a process has one: its threads are shared by all sessions. Whoever asks first decides how many
 * there are. Where an application has made the environment before, sessions get threads of their own.
 *
 * @param environment the process's environment
 * @param shared whether it has a pool of threads for all sessions
 */
record OrtRuntime(OrtEnvironment environment, boolean shared) {
    private static final long STACK = 8L << 20;
    private static final long STACK_PER_CHARACTER = 1024;

    /** Mirrors the runtime's own one-per-process environment, which does not tell how it was made. */
    private static @Nullable OrtRuntime instance;

    static synchronized OrtRuntime get(int threads) {
        if (instance == null) {
            try {
                instance = start(threads);
            } catch (OrtException e) {
                throw new BackendException("ONNX Runtime cannot start: " + e.getMessage(), e);
            } catch (LinkageError e) {
                throw new BackendException(
                        "ONNX Runtime's native library cannot be loaded on " + System.getProperty("os.name") + " "
                                + System.getProperty("os.arch") + ": " + e
                                + "; it needs a 64-bit system that com.microsoft.onnxruntime:onnxruntime is built for and a"
                                + " temporary folder in which libraries may be loaded (system property java.io.tmpdir)",
                        e);
            }
        }
        return instance;
    }

    private static OrtRuntime start(int threads) throws OrtException {
        try (var options = new OrtEnvironment.ThreadingOptions()) {
            options.setGlobalIntraOpNumThreads(cores(threads));
            options.setGlobalInterOpNumThreads(1);
            options.setGlobalSpinControl(false); // waiting threads that spin take the cores from whoever else computes
            OrtEnvironment environment = onDeepStack(() ->
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "captioner", options));
            environment.setTelemetry(false);
            return new OrtRuntime(environment, true);
        } catch (IllegalStateException e) { // the application made the environment before us
            return new OrtRuntime(OrtEnvironment.getEnvironment(), false);
        }
    }

    /**
     * On Linux, ONNX Runtime 1.29 searches the process's command line by a recursion of a quarter of a kilobyte for each character, for its
     * telemetry; a class path of some thousand characters would overflow an ordinary stack, and that ends the JVM.
     */
    private static OrtEnvironment onDeepStack(Callable<OrtEnvironment> starting) throws OrtException {
        FutureTask<OrtEnvironment> task = new FutureTask<>(starting);
        Thread thread = new Thread(null, task, "onnxruntime-start", STACK + STACK_PER_CHARACTER * commandLineLength());
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true; // half an environment is of no use to anybody: it is a matter of milliseconds
                }
            }
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            if (cause instanceof OrtException failure) {
                throw failure;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw cause instanceof RuntimeException failure ? failure : new IllegalStateException(cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long commandLineLength() {
        try {
            return Files.readAllBytes(Path.of("/proc/self/cmdline")).length;
        } catch (IOException e) {
            return 0; // no Linux
        }
    }

    /** Options of a session on these threads. */
    SessionOptions options(int threads) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // failures arrive as exceptions
        if (shared) {
            options.disablePerSessionThreads();
        } else {
            options.setIntraOpNumThreads(cores(threads));
            options.setInterOpNumThreads(1);
            options.addConfigEntry("session.intra_op.allow_spinning", "0");
        }
        return options;
    }

    /** Said outright: left to itself the runtime pins its threads to cores, and complains where it may not. */
    private static int cores(int threads) {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
