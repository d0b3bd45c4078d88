package io.captioner.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.captioner.BackendException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's environment, of which a process has one. Each session has threads of its own, which sleep while it has nothing to do: the
 * pool that sessions could share either never spins, which makes a caption a fifth slower, or spins without end and takes the cores from
 * whoever else computes.
 */
final class OrtRuntime {
    /**
     * Microseconds for which a thread that has finished its part of an operation looks out for the next before it sleeps. Within a caption the
     * next comes sooner; more would take the cores from others when they are busy (docs/serving.md has the times).
     */
    private static final String SPIN = "200";

    /** Enough for a command line of 250,000 characters; untouched pages cost nothing. */
    private static final long STACK_BYTES = 64L << 20;

    /** Mirrors the runtime's own one-per-process environment, which does not tell how it was made. */
    private static @Nullable OrtRuntime instance;

    private final OrtEnvironment environment;
    private @Nullable Boolean overflows;

    private OrtRuntime(OrtEnvironment environment) {
        this.environment = environment;
    }

    /** The process's environment. */
    OrtEnvironment environment() {
        return environment;
    }

    /** Whether signed bytes are no good as weights here; tried when it is first asked: {@link ByteSums}. */
    synchronized boolean overflows() {
        if (overflows == null) {
            try (SessionOptions options = options(1)) {
                overflows = ByteSums.overflow(environment, options);
            } catch (OrtException e) {
                throw failed(e);
            }
        }
        return overflows;
    }

    static synchronized OrtRuntime get() {
        if (instance == null) {
            try {
                instance = withRoom(OrtRuntime::start);
            } catch (ExecutionException e) {
                throw failed(e.getCause());
            }
        }
        return instance;
    }

    /**
     * While it starts, ONNX Runtime 1.29 matches the process's command line against regular expressions of C++, which take about 256 bytes
     * of stack for each character: a class path of 4,000 characters ends the process on a thread of the usual size.
     */
    private static <T> T withRoom(Callable<T> start) throws ExecutionException {
        FutureTask<T> task = new FutureTask<>(start);
        new Thread(null, task, "captioner-onnx-start", STACK_BYTES).start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true; // what is started belongs to the process: it is waited for
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static BackendException failed(@Nullable Throwable cause) {
        if (cause instanceof LinkageError) {
            return new BackendException(
                    "ONNX Runtime's native library cannot be loaded on " + System.getProperty("os.name") + " "
                            + System.getProperty("os.arch") + ": " + cause
                            + "; it needs a 64-bit system that com.microsoft.onnxruntime:onnxruntime is built for and a"
                            + " temporary folder in which libraries may be loaded (system property java.io.tmpdir)",
                    cause);
        }
        return new BackendException(
                "ONNX Runtime cannot start: " + cause, cause == null ? new IllegalStateException() : cause);
    }

    private static OrtRuntime start() throws OrtException {
        try (var options = new OrtEnvironment.ThreadingOptions()) {
            options.setGlobalIntraOpNumThreads(1); // the caller's own: a pool of no threads, as sessions have theirs
            options.setGlobalInterOpNumThreads(1);
            OrtEnvironment environment =
                    OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL, "captioner", options);
            environment.setTelemetry(false);
            return new OrtRuntime(environment);
        } catch (IllegalStateException e) { // the application made the environment before us
            return new OrtRuntime(OrtEnvironment.getEnvironment());
        }
    }

    /**
     * Options of a session with integer products, which come out right on every processor.
     *
     * @param threads 0 for one a core
     */
    SessionOptions integerOptions(int threads) throws OrtException {
        SessionOptions options = options(threads);
        if (overflows()) {
            // Makes signed weights unsigned, which takes three quarters of the speed where they are right as they are.
            options.addConfigEntry("session.x64quantprecision", "1");
        }
        return options;
    }

    /**
     * Options of a session.
     *
     * @param threads 0 for one a core
     */
    SessionOptions options(int threads) throws OrtException {
        SessionOptions options = new SessionOptions();
        options.setOptimizationLevel(SessionOptions.OptLevel.ALL_OPT);
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // failures arrive as exceptions
        options.setIntraOpNumThreads(cores(threads));
        options.setInterOpNumThreads(1);
        options.addConfigEntry("session.intra_op.spin_duration_us", SPIN);
        // A pattern is a block of memory for each size of batch, which the second run of that size waits for; it saves
        // no time that could be measured.
        options.setMemoryPatternOptimization(false);
        return options;
    }

    /** Said outright: left to itself the runtime pins its threads to cores, and complains where it may not. */
    private static int cores(int threads) {
        return threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
    }
}
