package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.weights.Pickled.Dictionary;
import io.captioner.weights.Pickled.StoredTensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A checkpoint of PyTorch's {@code torch.save}: a {@code .pth} or {@code .pt} file, a zip archive since PyTorch 1.6. Its pickle is read by a
 * machine that can build tensors and nothing else: no code runs, and what is neither a tensor nor a plain value is refused by name.
 *
 * <p>The tensors are those of the dictionary that was saved, or of its entry {@code state_dict}, {@code model_state_dict}, {@code model},
 * {@code module} or {@code net}; {@code module.}, which DataParallel puts before every name, is dropped. Elements are read as {@link Safetensors} reads them, each
 * tensor from the file when it is asked for. Immutable and thread-safe.
 */
public final class PyTorchCheckpoint implements WeightSource {
    /** Of the pickle, which holds names and sizes; the largest known take about 1 MB. */
    private static final long MAX_PICKLE = 16L << 20;

    /** Tensors may share storages, as tied weights do, but not so that a small file fills the memory. */
    private static final long MAX_SHARING = 16;

    private static final String PICKLE = "/data.pkl";
    private static final List<String> NESTED = List.of("state_dict", "model_state_dict", "model", "module", "net");
    private static final List<String> WRAPPERS = List.of("module.", "_orig_mod.");

    private final Path file;
    private final String folder;
    private final Map<String, StoredTensor> tensors;

    private PyTorchCheckpoint(Path file, String folder, Map<String, StoredTensor> tensors) {
        this.file = file;
        this.folder = folder;
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Reads names and sizes.
     *
     * @throws ModelException when the file is not there, is damaged, or holds more than tensors and plain values
     */
    public static PyTorchCheckpoint open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelException(file + (Files.exists(file) ? " is no file" : " does not exist"));
        }
        refuseLegacy(file);
        try (ZipFile zip = zip(file)) {
            String folder = folder(file, zip);
            byte[] pickle;
            try (InputStream stream = zip.getInputStream(entry(file, zip, folder + PICKLE, MAX_PICKLE))) {
                pickle = stream.readNBytes((int) MAX_PICKLE);
            }
            requireLittleEndian(file, zip, folder);
            Map<String, StoredTensor> tensors = unwrapped(tensorsOf(file, Unpickler.read(file.toString(), pickle)));
            requireStored(file, zip, folder, tensors);
            return new PyTorchCheckpoint(file, folder, tensors);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public Shape shape(String tensor) {
        return find(tensor).shape();
    }

    @Override
    public DType type(String tensor) {
        return find(tensor).storage().type().read();
    }

    @Override
    public HostTensor read(String name) {
        StoredTensor tensor = find(name);
        StoredType type = tensor.storage().type();
        long bytes = Math.max(
                tensor.span() * type.bytes(),
                tensor.shape().size() * type.read().bytes());
        if (bytes > Integer.MAX_VALUE) {
            throw new ModelException("tensor " + name + " of " + file + " takes " + bytes
                    + " bytes in memory; a tensor is at most 2 GB, so split it");
        }
        ByteBuffer elements =
                ByteBuffer.allocateDirect((int) tensor.span() * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        try (ZipFile zip = zip(file);
                InputStream stream = zip.getInputStream(entry(file, zip, path(folder, tensor), Long.MAX_VALUE))) {
            stream.skipNBytes(tensor.offset() * type.bytes());
            ReadableByteChannel channel = Channels.newChannel(stream);
            while (elements.hasRemaining()) {
                if (channel.read(elements) < 0) {
                    throw new ModelException(file + " is damaged: the elements of " + name + " are cut short");
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        elements.flip();
        return type.tensor(tensor.shape(), tensor.isContiguous() ? elements : ordered(tensor, elements));
    }

    /** The elements of a view one behind the other. */
    private static ByteBuffer ordered(StoredTensor tensor, ByteBuffer elements) {
        int size = tensor.storage().type().bytes();
        long[] dims = tensor.shape().toArray();
        int count = (int) tensor.shape().size();
        ByteBuffer ordered = ByteBuffer.allocateDirect(count * size).order(ByteOrder.LITTLE_ENDIAN);
        long[] index = new long[dims.length];
        int from = 0;
        for (int i = 0; i < count; i++) {
            ordered.put(i * size, elements, from * size, size);
            for (int axis = dims.length - 1; axis >= 0; axis--) {
                from += (int) tensor.strides()[axis];
                if (++index[axis] < dims[axis]) {
                    break;
                }
                from -= (int) (tensor.strides()[axis] * dims[axis]);
                index[axis] = 0;
            }
        }
        return ordered;
    }

    private StoredTensor find(String name) {
        StoredTensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelException(file + " has no tensor " + name);
        }
        return tensor;
    }

    @Override
    public String toString() {
        return file.toString();
    }

    private static ZipFile zip(Path file) throws IOException {
        try {
            return new ZipFile(file.toFile());
        } catch (IllegalArgumentException e) {
            throw new IOException("its list of files is damaged", e);
        }
    }

    /** The archive has one folder, named after the file that was saved. */
    private static String folder(Path file, ZipFile zip) {
        Enumeration<? extends ZipEntry> entries = zip.entries();
        while (entries.hasMoreElements()) {
            String name = entries.nextElement().getName();
            if (name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length()) {
                return name.substring(0, name.length() - PICKLE.length());
            }
        }
        throw new ModelException(file + " is a zip archive without a data.pkl: no checkpoint of PyTorch's torch.save");
    }

    /** PyTorch stores without compression; so no entry is larger than the file. */
    private static ZipEntry entry(Path file, ZipFile zip, String name, long limit) {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw new ModelException(file + " is damaged: " + name + " is missing in it");
        }
        if (entry.getMethod() != ZipEntry.STORED
                || entry.getSize() < 0
                || entry.getSize() != entry.getCompressedSize()) {
            throw new ModelException(
                    file + ": " + name + " is compressed, which torch.save never does; save it with PyTorch again");
        }
        if (entry.getSize() > limit) {
            throw new ModelException(file + ": " + name + " has " + entry.getSize() + " bytes; at most " + limit
                    + " are read: save the state dict alone");
        }
        return entry;
    }

    private static void requireLittleEndian(Path file, ZipFile zip, String folder) throws IOException {
        if (zip.getEntry(folder + "/byteorder") == null) {
            return;
        }
        try (InputStream stream = zip.getInputStream(entry(file, zip, folder + "/byteorder", 16))) {
            String order = new String(stream.readNBytes(16), StandardCharsets.US_ASCII);
            if (!order.equals("little")) {
                throw new ModelException(file + " was written in byte order '" + order + "'; little can be read");
            }
        }
    }

    /** Every storage is there in full, and all tensors together stay within bounds. */
    private static void requireStored(Path file, ZipFile zip, String folder, Map<String, StoredTensor> tensors)
            throws IOException {
        long allowed = Math.max(1 << 20, Math.multiplyExact(Files.size(file), MAX_SHARING));
        for (Map.Entry<String, StoredTensor> named : tensors.entrySet()) {
            StoredTensor tensor = named.getValue();
            int size = tensor.storage().type().bytes();
            long stored = entry(file, zip, path(folder, tensor), Long.MAX_VALUE).getSize();
            if (tensor.storage().elements() > stored / size) {
                throw new ModelException(file + " is damaged: the elements of " + named.getKey() + " are " + stored
                        + " bytes, not " + tensor.storage().elements() + " times " + size);
            }
            allowed -= tensor.shape().size() * size;
            if (allowed < 0) {
                throw new ModelException(file + " has tensors of more than " + MAX_SHARING
                        + " times its size over shared storages; in PyTorch, save clones of them");
            }
        }
    }

    private static String path(String folder, StoredTensor tensor) {
        return folder + "/data/" + tensor.storage().key();
    }

    private static Map<String, StoredTensor> tensorsOf(Path file, Pickled root) {
        if (root instanceof Dictionary dictionary) {
            Map<String, StoredTensor> tensors = entries(dictionary);
            for (String name : NESTED) {
                if (dictionary.entries.get(name) instanceof Dictionary inner && tensors.isEmpty()) {
                    tensors = entries(inner);
                }
            }
            if (!tensors.isEmpty()) {
                return tensors;
            }
            throw new ModelException(file + " has no tensors: it is a dictionary of "
                    + first(dictionary.entries.keySet()) + "; tensors are looked for there and in " + NESTED);
        }
        throw new ModelException(file + " is no dictionary of tensors; in PyTorch, save model.state_dict()");
    }

    private static List<String> first(Set<String> names) {
        return names.stream().limit(10).toList();
    }

    private static Map<String, StoredTensor> entries(Dictionary dictionary) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        dictionary.entries.forEach((name, value) -> {
            if (value instanceof StoredTensor tensor) {
                tensors.put(name, tensor);
            }
        });
        return tensors;
    }

    private static Map<String, StoredTensor> unwrapped(Map<String, StoredTensor> tensors) {
        Map<String, StoredTensor> unwrapped = tensors;
        for (String wrapper : WRAPPERS) {
            if (unwrapped.keySet().stream().allMatch(name -> name.startsWith(wrapper))) {
                Map<String, StoredTensor> shorter = new LinkedHashMap<>();
                unwrapped.forEach((name, tensor) -> shorter.put(name.substring(wrapper.length()), tensor));
                unwrapped = shorter;
            }
        }
        return unwrapped;
    }

    /** Before version 1.6 a checkpoint was a row of pickles, not an archive. */
    private static void refuseLegacy(Path file) {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] first = stream.readNBytes(2);
            if (first.length == 2 && first[0] == (byte) 0x80 && first[1] >= 2 && first[1] <= 5) {
                throw new ModelException(file + " is a pickle, as PyTorch saved before version 1.6 and still does with"
                        + " _use_new_zipfile_serialization=False. Convert it once in Python: torch.save(torch.load('"
                        + file.getFileName() + "', map_location='cpu', weights_only=True), 'converted.pth')");
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static ModelException unreadable(Path file, IOException cause) {
        return new ModelException(file + " cannot be read as a checkpoint of PyTorch: " + cause.getMessage(), cause);
    }
}
