package io.captioner.djl;

import com.sun.jna.NativeLibrary;
import com.sun.jna.NativeLong;
import java.util.Map;
import org.slf4j.LoggerFactory;

/**
 * Has glibc keep what a training step frees, for the next step. Left to itself it gives hundreds of megabytes back to the system after each
 * one, and has them again page by page: a tenth of the step's time and more. It holds for the whole process while a training is open; after the last one
 * what is free goes back.
 *
 * <p>Nothing changes where another C library allocates, where the environment tells glibc already what to do, and with {@code
 * -Dio.captioner.djl.keepMemory=false}.
 */
final class KeptMemory {
    static final String SWITCH = "io.captioner.djl.keepMemory";

    /** Mirrors the process's own memory, of which there is one. */
    private static final KeptMemory INSTANCE = new KeptMemory();

    // of malloc.h, where M_ stands before them
    private static final int TRIM_THRESHOLD = -1;
    private static final int TOP_PAD = -2;
    private static final int MMAP_THRESHOLD = -3;

    private static final int MEGABYTE = 1 << 20;

    /** Larger blocks come from the system and go back to it at once. More is not allowed; glibc rises to it by itself, block by block freed. */
    private static final int LARGEST_KEPT = 32 * MEGABYTE;

    /**
     * All threads but the first allocate from heaps of 64 MB. A free one is unmapped, whatever the threshold of trimming, unless this much would
     * not be left ({@code heap_trim} in glibc's arena.c).
     */
    private static final int TWO_HEAPS = 128 * MEGABYTE;

    private int trainings;

    private KeptMemory() {}

    static KeptMemory get() {
        return INSTANCE;
    }

    /** A training begins. */
    synchronized void enter() {
        if (trainings++ == 0 && isWanted(System.getenv())) {
            onGlibc("mallopt", TOP_PAD, TWO_HEAPS);
            onGlibc("mallopt", TRIM_THRESHOLD, Integer.MAX_VALUE);
            onGlibc("mallopt", MMAP_THRESHOLD, LARGEST_KEPT);
        }
    }

    /** A training that began ends. */
    synchronized void leave() {
        if (--trainings == 0 && isWanted(System.getenv())) {
            onGlibc("mallopt", TOP_PAD, MEGABYTE / 8); // its default
            onGlibc("mallopt", TRIM_THRESHOLD, 2 * LARGEST_KEPT); // as glibc has it when its own threshold has risen
            onGlibc("malloc_trim", new NativeLong(0));
        }
    }

    static boolean isWanted(Map<String, String> environment) {
        return Boolean.parseBoolean(System.getProperty(SWITCH, "true"))
                && System.getProperty("os.name").startsWith("Linux")
                && !environment.containsKey("MALLOC_TOP_PAD_")
                && !environment.containsKey("MALLOC_TRIM_THRESHOLD_")
                && !environment.containsKey("MALLOC_MMAP_THRESHOLD_")
                && !environment.getOrDefault("GLIBC_TUNABLES", "").contains("glibc.malloc.");
    }

    private static void onGlibc(String function, Object... arguments) {
        try {
            NativeLibrary.getInstance("c").getFunction(function).invokeInt(arguments);
        } catch (LinkageError e) {
            LoggerFactory.getLogger(KeptMemory.class)
                    .debug("{} is not there: memory of a training step goes back to the system after it", function, e);
        }
    }
}
