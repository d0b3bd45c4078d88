package io.captioner.benchmarks;

import io.captioner.Backend;
import io.captioner.Captioner;
import io.captioner.GenerationOptions;
import io.captioner.ImageInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Whether memory stays flat over thousands of captions in one process. Usage: {@code Memory BACKEND IMAGES_DIR [COUNT=10000] [MODEL_DIR]}. Linux:
 * reads the resident size from /proc.
 */
public final class Memory {
    private Memory() {}

    /** Captions the folder's pictures over and over, one a call, and prints the resident size on the way. */
    public static void main(String[] arguments) throws IOException {
        Arguments.of(arguments, 2, "Memory BACKEND IMAGES_DIR [COUNT] [MODEL_DIR]");
        int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 10_000;
        List<byte[]> pictures;
        try (Stream<Path> files = Files.list(Path.of(arguments[1]))) {
            pictures = Setting.read(files.sorted().limit(100).toList());
        }
        Captioner.Builder builder =
                Captioner.builder().backend(Backend.of(arguments[0])).generation(GenerationOptions.beam(3));
        if (arguments.length > 3) {
            builder.model(Path.of(arguments[3]));
        }
        long start = System.nanoTime();
        try (Captioner captioner = builder.build()) {
            for (int i = 1; i <= count; i++) {
                captioner.caption(ImageInput.of(pictures.get(i % pictures.size())));
                if (i == 100 || i % (count / 10) == 0) {
                    System.out.printf(
                            Locale.ROOT,
                            "%6d captions, %4d MiB resident, %.0f s%n",
                            i,
                            resident(),
                            (System.nanoTime() - start) / 1e9);
                }
            }
        }
    }

    private static long resident() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .sum()
                    / 1024;
        }
    }
}
