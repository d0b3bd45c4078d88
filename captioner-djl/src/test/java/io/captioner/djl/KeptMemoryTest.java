package io.captioner.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import io.captioner.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeptMemoryTest {
    private static final Path STATUS = Path.of("/proc/thread-self/stat");

    private static final int ARRAYS = 80;
    private static final int FLOATS_OF_EACH = 1 << 20;
    private static final int PAGES = ARRAYS * FLOATS_OF_EACH / 1024;

    @Test
    void whatAStepFreesServesTheNextWhileATrainingIsOpen() throws Exception {
        assumeTrue(Files.isReadable(STATUS), "page faults are counted on Linux only");
        assumeTrue(KeptMemory.isWanted(System.getenv()), "the environment tells glibc what to do with memory");
        KeptMemory memory = KeptMemory.get();
        try (PtNDManager root = Libtorch.newManager(Device.cpu())) {
            Libtorch.useThreads(1);
            memory.enter();
            memory.enter();
            try {
                for (int i = 0; i < 4; i++) { // until blocks lie as they will
                    step(root);
                }
                memory.leave();
                assertThat(faults(root)).as("another training is open").isLessThan(PAGES / 10);
            } finally {
                memory.leave();
            }
            assertThat(faults(root)).as("what was kept went back").isGreaterThan(PAGES / 2);
        }
    }

    /** Pages that the system gave to this thread during a step. */
    private static long faults(PtNDManager root) throws IOException {
        long before = faults();
        step(root);
        return faults() - before;
    }

    private static void step(PtNDManager root) {
        try (PtNDManager run = (PtNDManager) root.newSubManager()) {
            for (int i = 0; i < ARRAYS; i++) {
                run.ones(new Shape(FLOATS_OF_EACH), DataType.FLOAT32);
            }
        }
    }

    private static long faults() throws IOException {
        String numbers = Files.readString(STATUS).replaceAll(".*\\) ", ""); // the program's name may have blanks
        return Long.parseLong(numbers.split(" ")[7]); // minflt of proc(5)
    }

    @Test
    void whoToldGlibcWhatToDoIsNotOverruled() {
        assumeTrue(System.getProperty("os.name").startsWith("Linux"), "Linux only");
        assertThat(KeptMemory.isWanted(Map.of("MALLOC_ARENA_MAX", "2"))).isTrue();
        assertThat(KeptMemory.isWanted(Map.of("MALLOC_TRIM_THRESHOLD_", "100000")))
                .isFalse();
        assertThat(KeptMemory.isWanted(Map.of("GLIBC_TUNABLES", "glibc.malloc.top_pad=1000")))
                .isFalse();
        assertThat(KeptMemory.isWanted(Map.of("GLIBC_TUNABLES", "glibc.rtld.nns=4")))
                .isTrue();
    }
}
