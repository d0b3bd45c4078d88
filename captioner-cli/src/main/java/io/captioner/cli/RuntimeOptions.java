package io.captioner.cli;

import io.captioner.Device;
import io.captioner.OptionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command computes, and with how many threads. */
final class RuntimeOptions {
    private static final int MOST_THREADS = 1024;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "cpu, cuda or cuda:N. Default: ${DEFAULT-VALUE}.")
    String device = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "T",
            description = "Threads of the runtime, 1 to " + MOST_THREADS + "; one a core if left out.")
    @Nullable
    Integer threads;

    Device device() {
        return Device.parse(device);
    }

    /** How many were asked for; 0 where that was left out. */
    int threads() {
        if (threads == null) {
            return 0;
        }
        if (threads < 1 || threads > MOST_THREADS) {
            throw new OptionException("--threads is " + threads + "; it must be between 1 and " + MOST_THREADS);
        }
        return threads;
    }
}
