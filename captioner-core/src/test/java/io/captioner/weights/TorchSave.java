package io.captioner.weights;

import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a state dict as {@code torch.save} does, for tests that need a checkpoint larger than one to keep: an archive of {@code data.pkl}, an
 * {@code OrderedDict} of tensors, and of a file for the elements of each. PyTorch loads it.
 */
public final class TorchSave {
    private TorchSave() {}

    /** @param tensors FLOAT32 or INT64, by name */
    public static void write(Path file, Map<String, HostTensor> tensors) throws IOException {
        Pickle pickle = new Pickle();
        pickle.code(0x80, 2).global("collections", "OrderedDict").code(')', 'R', '(');
        int storage = 0;
        for (Map.Entry<String, HostTensor> named : tensors.entrySet()) {
            pickle.text(named.getKey()).tensor(named.getValue(), storage++);
        }
        pickle.code('u', '.');
        try (OutputStream stream = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(stream)) {
            store(zip, "archive/data.pkl", ByteBuffer.wrap(pickle.bytes.toByteArray()));
            storage = 0;
            for (HostTensor tensor : tensors.values()) {
                store(zip, "archive/data/" + storage++, tensor.bytes());
            }
            store(zip, "archive/version", ByteBuffer.wrap(new byte[] {'3', '\n'}));
        }
    }

    private static void store(ZipOutputStream zip, String name, ByteBuffer content) throws IOException {
        byte[] bytes = new byte[content.remaining()];
        content.duplicate().get(bytes);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setCrc(crc.getValue());
        entry.setSize(bytes.length);
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    /** Instructions of Python's pickle machine. */
    private static final class Pickle {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Pickle code(int... codes) {
            for (int code : codes) {
                bytes.write(code);
            }
            return this;
        }

        Pickle global(String module, String name) {
            bytes.writeBytes(("c" + module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
            return this;
        }

        Pickle text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            code('X').little(utf8.length);
            bytes.writeBytes(utf8);
            return this;
        }

        Pickle number(long value) {
            return code('J').little(Math.toIntExact(value));
        }

        private Pickle little(int value) {
            bytes.writeBytes(ByteBuffer.allocate(4)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
            return this;
        }

        /** _rebuild_tensor_v2(('storage', type, key, 'cpu', elements), 0, size, strides, False, OrderedDict()). */
        void tensor(HostTensor tensor, int key) {
            long[] dims = tensor.shape().toArray();
            global("torch._utils", "_rebuild_tensor_v2").code('(', '(').text("storage");
            global("torch", tensor.type() == DType.INT64 ? "LongStorage" : "FloatStorage");
            text(Integer.toString(key))
                    .text("cpu")
                    .number(tensor.shape().size())
                    .code('t', 'Q')
                    .number(0);
            code('(');
            for (long dim : dims) {
                number(dim);
            }
            code('t', '(');
            for (int axis = 0; axis < dims.length; axis++) {
                long stride = 1;
                for (int inner = axis + 1; inner < dims.length; inner++) {
                    stride *= dims[inner];
                }
                number(stride);
            }
            code('t', 0x89).global("collections", "OrderedDict").code(')', 'R', 't', 'R');
        }
    }
}
