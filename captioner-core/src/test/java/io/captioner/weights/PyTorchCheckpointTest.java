package io.captioner.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.captioner.ModelException;
import io.captioner.nn.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The two files among the resources were written by {@code torch.save} of PyTorch 2.15. */
class PyTorchCheckpointTest {
    @TempDir
    Path folder;

    @Test
    void readsEveryTypeAsPyTorchWroteIt() throws IOException {
        PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(resource("checkpoint.pth"));
        assertThat(checkpoint.read("float").toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(checkpoint.read("half").toFloatArray()).containsExactly(1.5f, -2, 65504, 0x1p-24f);
        assertThat(checkpoint.read("bfloat16").toFloatArray()).containsExactly(1.5f, -3.25f);
        assertThat(checkpoint.read("double").toFloatArray()).containsExactly(0.1f, 1e10f);
        assertThat(checkpoint.read("long").toLongArray()).containsExactly(-1, 1L << 40);
        assertThat(checkpoint.read("int").toLongArray()).containsExactly(7, -7);
        assertThat(checkpoint.read("byte").toLongArray()).containsExactly(0, 255);
        assertThat(checkpoint.read("bool").toLongArray()).containsExactly(1, 0);
        assertThat(checkpoint.read("parameter").toFloatArray()).containsExactly(4, 5);
        assertThat(checkpoint.read("scalar").shape()).isEqualTo(Shape.of());
        assertThat(checkpoint.read("scalar").toLongArray()).containsExactly(42);
        assertThat(checkpoint.shape("empty")).isEqualTo(Shape.of(0, 3));
        assertThat(checkpoint.read("empty").toFloatArray()).isEmpty();
    }

    @Test
    void readsViewsThroughTheirStridesAndOffsets() throws IOException {
        PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(resource("checkpoint.pth"));
        assertThat(checkpoint.shape("transposed")).isEqualTo(Shape.of(3, 2));
        assertThat(checkpoint.read("transposed").toFloatArray()).containsExactly(0, 3, 1, 4, 2, 5);
        assertThat(checkpoint.read("row").toFloatArray()).containsExactly(3, 4, 5);
        assertThat(checkpoint.read("column").toFloatArray()).containsExactly(1, 4);
    }

    @Test
    void refusesByNameWhatIsNoTensor() {
        assertThatThrownBy(() -> PyTorchCheckpoint.open(resource("namespace.pth")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("argparse.Namespace")
                .hasMessageContaining("save the state dict alone");
    }

    @Test
    void runsNothing() throws IOException {
        // what pickle.loads would run as os.system("echo")
        assertRefused(pickle("cos\nsystem\nX\u0004\u0000\u0000\u0000echo\u0085R."), "os.system");
        assertRefused(pickle("X\u0008\u0000\u0000\u0000builtinsX\u0004\u0000\u0000\u0000eval\u0093."), "builtins.eval");
        assertRefused(pickle("(S'echo'\nios\nsystem\n."), "instruction 0x53");
        assertRefused(pickle("ccollections\nOrderedDict\n)\u0081."), "instruction 0x81");
    }

    @Test
    void refusesWhatIsNoDictionaryOfTensors() throws IOException {
        assertRefused(pickle("}X\u0001\u0000\u0000\u0000aK\u0001s."), "no tensors");
        assertRefused(pickle("K\u0001."), "no dictionary");
        assertRefused(pickle("}"), "cut short");
        assertRefused(pickle("h\u0007."), "recalls");
        assertRefused(pickle("t."), "no mark");
        assertRefused(pickle("X\u00ff\u00ff\u00ff\u007f."), "cut short");
    }

    @Test
    void staysFlatInDeepNesting() throws IOException {
        assertRefused(pickle("(".repeat(100_000) + "t".repeat(100_000) + "."), "no dictionary");
        assertRefused(pickle("]".repeat(100_000) + "a".repeat(99_999) + "."), "no dictionary");
        assertRefused(pickle("]".repeat(4_000_001) + "."), "more than 4000000 values");
    }

    @Test
    void refusesTensorsThatReachBeyondTheirStorage() throws IOException {
        assertThat(PyTorchCheckpoint.open(tensor(4, 0, 2, 2)).read("w").toFloatArray())
                .containsExactly(0, 0, 0, 0);
        assertThatThrownBy(() -> PyTorchCheckpoint.open(tensor(4, 1, 2, 2))).hasMessageContaining("beyond its storage");
        assertThatThrownBy(() -> PyTorchCheckpoint.open(tensor(4, 0, 200, 0))).hasMessageContaining("contiguous()");
        assertThatThrownBy(() -> PyTorchCheckpoint.open(tensor(5, 0, 2, 2))).hasMessageContaining("16 bytes, not 5");
    }

    @Test
    void refusesCompressedEntriesOldFilesAndOtherArchives() throws IOException {
        Path compressed = folder.resolve("compressed.pth");
        write(compressed, Map.of("a/data.pkl", new byte[1 << 20]), ZipEntry.DEFLATED);
        assertThatThrownBy(() -> PyTorchCheckpoint.open(compressed)).hasMessageContaining("compressed");
        Path other = folder.resolve("other.zip");
        write(other, Map.of("a/b.txt", new byte[3]), ZipEntry.STORED);
        assertThatThrownBy(() -> PyTorchCheckpoint.open(other)).hasMessageContaining("data.pkl");
        Path old = Files.write(folder.resolve("old.pth"), new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10});
        assertThatThrownBy(() -> PyTorchCheckpoint.open(old))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("saved before version 1.6")
                .hasMessageContaining(
                        "torch.save(torch.load('old.pth', map_location='cpu', weights_only=True), 'converted.pth')");
        assertThatThrownBy(() -> PyTorchCheckpoint.open(folder.resolve("none.pth")))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    void throwsNothingButModelExceptionsOnDamagedFiles() throws IOException {
        byte[] sound = Files.readAllBytes(resource("checkpoint.pth"));
        int pickle = new String(sound, StandardCharsets.ISO_8859_1).indexOf("epoch");
        Random random = new Random(20260101);
        int refused = 0;
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = sound.clone();
            for (int k = 0; k <= random.nextInt(3); k++) {
                // two of three hits in the pickle, the others anywhere
                int at = random.nextInt(3) > 0 ? pickle - 20 + random.nextInt(1500) : random.nextInt(sound.length);
                damaged[at] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("damaged.pth"), damaged);
            try {
                PyTorchCheckpoint checkpoint = PyTorchCheckpoint.open(file);
                for (String name : checkpoint.names()) {
                    assertThat(checkpoint.read(name).shape()).isEqualTo(checkpoint.shape(name));
                }
            } catch (ModelException expected) {
                refused++;
            }
        }
        assertThat(refused).isBetween(500, 3000);
    }

    /** A 2-dimensional float tensor over a storage of 16 zero bytes. */
    private Path tensor(int elements, int offset, int extent, int stride) throws IOException {
        String storage = "(X\u0007\u0000\u0000\u0000storagectorch\nFloatStorage\nX\u0001\u0000\u0000\u00000"
                + "X\u0003\u0000\u0000\u0000cpuK" + (char) elements + "tQ";
        String size = "K" + (char) extent + "K\u0002\u0086";
        String strides = "K" + (char) stride + "K\u0001\u0086";
        return pickle("}X\u0001\u0000\u0000\u0000wctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K" + (char) offset
                + size + strides + "\u0089Ntr\u0001\u0000\u0000\u0000Rs.");
    }

    private void assertRefused(Path file, String why) {
        assertThatThrownBy(() -> PyTorchCheckpoint.open(file))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(why);
    }

    /** A checkpoint with this pickle, a character a byte. */
    private Path pickle(String code) throws IOException {
        ByteArrayOutputStream pickle = new ByteArrayOutputStream();
        pickle.write(0x80);
        pickle.write(2);
        pickle.writeBytes(code.getBytes(StandardCharsets.ISO_8859_1));
        Path file = folder.resolve("made.pth");
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("made/data.pkl", pickle.toByteArray());
        entries.put("made/data/0", new byte[16]);
        write(file, entries, ZipEntry.STORED);
        return file;
    }

    private static void write(Path file, Map<String, byte[]> entries, int method) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> content : entries.entrySet()) {
                ZipEntry entry = new ZipEntry(content.getKey());
                entry.setMethod(method);
                if (method == ZipEntry.STORED) {
                    CRC32 crc = new CRC32();
                    crc.update(content.getValue());
                    entry.setCrc(crc.getValue());
                    entry.setSize(content.getValue().length);
                }
                zip.putNextEntry(entry);
                zip.write(content.getValue());
                zip.closeEntry();
            }
        }
    }

    private Path resource(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream stream = Objects.requireNonNull(getClass().getResourceAsStream(name))) {
            Files.write(file, stream.readAllBytes());
        }
        return file;
    }
}
