package io.captioner.djl;

import io.captioner.Device;
import io.captioner.OptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.slf4j.LoggerFactory;

/** What the processor can do, where the operating system tells. */
final class Processor {
    private static final Path LINUX = Path.of("/proc/cpuinfo");

    private Processor() {}

    /**
     * Warns where products in bfloat16 are slow.
     *
     * @throws OptionException where they are not made at all: on another device than the CPU
     */
    static void requireBfloat16(Device device) {
        if (device.type() != Device.Type.CPU) {
            throw new OptionException(
                    "products in bfloat16 were asked for on " + device + "; they are for the CPU: compute in FLOAT32");
        }
        if (!multipliesBfloat16().orElse(true)) {
            LoggerFactory.getLogger(Processor.class)
                    .warn(
                            "this processor has no instructions for bfloat16 (avx512_bf16, amx_bf16): training computes right in it,"
                                    + " but slower than in FLOAT32");
        }
    }

    /** Whether it multiplies bfloat16; empty where only trying would tell. */
    static Optional<Boolean> multipliesBfloat16() {
        try {
            return Files.isReadable(LINUX) ? multipliesBfloat16(Files.readString(LINUX)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** @param information as Linux gives it: a line of flags for each core, "Features" on ARM */
    static Optional<Boolean> multipliesBfloat16(String information) {
        return information
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).matches("(flags|features)\\s*:.*"))
                .findFirst()
                .map(line -> Arrays.stream(line.split("\\s+"))
                        .anyMatch(
                                flag -> flag.equals("avx512_bf16") || flag.equals("amx_bf16") || flag.equals("bf16")));
    }
}
