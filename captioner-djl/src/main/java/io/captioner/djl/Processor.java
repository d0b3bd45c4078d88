package io.captioner.djl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the processor can do, where the operating system tells. */
final class Processor {
    private static final Path LINUX = Path.of("/proc/cpuinfo");

    private Processor() {}

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
                        .anyMatch(flag -> flag.equals("avx512_bf16") || flag.equals("amx_bf16") || flag.equals("bf16")));
    }
}
