package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.io.DirectBytes;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A safetensors file, the format of Hugging Face for weights: no code in it, and read in place. Elements of type F64, F32, F16 and BF16 are
 * read as FLOAT32; I64, I32, I16, I8, U8 and BOOL as INT64; what was written as {@link Precision#INT8} as FLOAT32 again. Immutable and
 * thread-safe.
 */
public final class Safetensors implements Int8Tensor.Source {
    /** How floating-point numbers are written. */
    public enum Precision {
        /** Four bytes, exact. */
        FLOAT32,
        /** Two bytes, rounded to the nearest; magnitudes up to 65504. */
        FLOAT16,
        /**
         * Matrices and kernels of 1,024 numbers and more in one byte, rounded to 255 even steps from the largest magnitude of a row (a place of the first axis) to its
         * negative: tensor {@code x} is of type I8 and the size of a step of each row is F32 {@code x:scale}. The rest stays in four bytes.
         */
        INT8
    }

    private final String name;
    private final SafetensorsHeader header;
    private final Map<String, ByteBuffer> data;

    private Safetensors(String name, SafetensorsHeader header, Map<String, ByteBuffer> data) {
        this.name = name;
        this.header = header;
        this.data = data;
    }

    /**
     * Maps a file into memory: what is not read costs nothing. The file may be larger than 2 GB; each tensor must be smaller. Do not write
     * into the file while this is in use ({@link #write} replaces it, which is safe).
     *
     * @throws ModelException when it is not there or damaged; the message names the tensor
     */
    public static Safetensors open(Path file) {
        String name = file.toString();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer first =
                    ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, first, 0);
            ByteBuffer json = ByteBuffer.allocate(SafetensorsHeader.length(name, first, size));
            readFully(channel, json, SafetensorsHeader.LENGTH_BYTES);
            long start = (long) SafetensorsHeader.LENGTH_BYTES + json.capacity();
            SafetensorsHeader header = SafetensorsHeader.parse(name, json, size - start);
            return new Safetensors(name, header, map(name, channel, start, header));
        } catch (NoSuchFileException e) {
            throw new ModelException(name + " does not exist", e);
        } catch (IOException e) {
            throw new ModelException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads from the position to the limit of {@code file}, whose memory is shared; for files inside of jars.
     *
     * @param name how messages name it
     */
    public static Safetensors of(ByteBuffer file, String name) {
        ByteBuffer bytes = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        int length = SafetensorsHeader.length(name, bytes, bytes.limit());
        int start = SafetensorsHeader.LENGTH_BYTES + length;
        SafetensorsHeader header = SafetensorsHeader.parse(
                name, bytes.slice(SafetensorsHeader.LENGTH_BYTES, length), bytes.limit() - start);
        Map<String, ByteBuffer> data = new LinkedHashMap<>();
        header.tensors()
                .forEach((tensor, entry) -> data.put(
                        tensor, bytes.slice(start + (int) entry.begin(), (int) (entry.end() - entry.begin()))));
        return new Safetensors(name, header, data);
    }

    /** Reads a stream to its end, at most 2 GB; closing it is left to the caller. */
    public static Safetensors read(InputStream stream, String name) {
        try {
            return of(DirectBytes.of(stream), name);
        } catch (IOException e) {
            throw new ModelException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Writes a file whole or not at all. Equal tensors and metadata give equal bytes, whatever the order of the maps.
     *
     * @param precision of FLOAT32 tensors; INT64, UINT8 and BOOL are written as they are
     * @param metadata free text by name, empty for none
     * @throws ModelException when a value does not fit into FLOAT16, naming the tensor, or when writing fails
     */
    public static void write(
            Path file, Map<String, HostTensor> tensors, Precision precision, Map<String, String> metadata) {
        write(file, Weights.of(tensors), precision, metadata);
    }

    /** As {@link #write(Path, Map, Precision, Map)}, one tensor after the other: no more than one is in memory that the source has not there. */
    public static void write(Path file, WeightSource tensors, Precision precision, Map<String, String> metadata) {
        SafetensorsWriter.write(file, tensors, precision, metadata);
    }

    /** Free text by name that was stored beside the tensors. */
    public Map<String, String> metadata() {
        return header.metadata();
    }

    @Override
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>(header.tensors().keySet());
        names.removeIf(tensor -> tensor.endsWith(Int8Rows.SCALE)
                && isRounded(tensor.substring(0, tensor.length() - Int8Rows.SCALE.length())));
        return Collections.unmodifiableSet(names);
    }

    @Override
    public Shape shape(String tensor) {
        return entry(tensor).shape();
    }

    @Override
    public DType type(String tensor) {
        return isRounded(tensor) ? DType.FLOAT32 : entry(tensor).type().read();
    }

    /** Whether a tensor was written as {@link Precision#INT8}. */
    private boolean isRounded(String tensor) {
        SafetensorsHeader.Entry entry = header.tensors().get(tensor);
        SafetensorsHeader.Entry scale = header.tensors().get(tensor + Int8Rows.SCALE);
        return entry != null
                && scale != null
                && entry.type() == StoredType.I8
                && scale.type() == StoredType.F32
                && entry.shape().rank() > 0
                && scale.shape().equals(Shape.of(entry.shape().dim(0)));
    }

    /** The elements; FLOAT32 and INT64 stored as such share the memory of the file. */
    @Override
    public HostTensor read(String tensor) {
        SafetensorsHeader.Entry entry = entry(tensor);
        long bytes = entry.shape().size() * type(tensor).bytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new ModelException("tensor " + tensor + " of " + name + " takes " + bytes
                    + " bytes in memory; a tensor is at most 2 GB, so split it");
        }
        if (isRounded(tensor)) {
            return Int8Rows.restored(entry.shape(), place(tensor), place(tensor + Int8Rows.SCALE));
        }
        return entry.type().tensor(entry.shape(), place(tensor));
    }

    @Override
    public @Nullable Int8Tensor int8(String tensor) {
        if (!isRounded(tensor)) {
            return null;
        }
        FloatBuffer scales = place(tensor + Int8Rows.SCALE).asFloatBuffer();
        float[] ofRows = new float[scales.remaining()];
        scales.get(ofRows);
        return ofRows.length == 0 ? null : new Int8Tensor(shape(tensor), place(tensor), ofRows);
    }

    private ByteBuffer place(String tensor) {
        return Objects.requireNonNull(data.get(tensor), "every tensor of the header has its bytes")
                .duplicate()
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private SafetensorsHeader.Entry entry(String tensor) {
        SafetensorsHeader.Entry entry = header.tensors().get(tensor);
        if (entry == null) {
            throw new ModelException(name + " has no tensor " + tensor);
        }
        return entry;
    }

    @Override
    public String toString() {
        return name;
    }

    private static void readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        while (target.hasRemaining()) {
            int count = channel.read(target, position + target.position());
            if (count < 0) {
                break;
            }
        }
        target.flip();
    }

    /** One mapping reaches over at most 2 GB: each window takes as many whole tensors as it can. */
    private static Map<String, ByteBuffer> map(String name, FileChannel channel, long start, SafetensorsHeader header)
            throws IOException {
        Map<String, ByteBuffer> data = new LinkedHashMap<>();
        Map<String, SafetensorsHeader.Entry> window = new LinkedHashMap<>();
        long begin = 0;
        for (Map.Entry<String, SafetensorsHeader.Entry> tensor :
                header.tensors().entrySet()) {
            SafetensorsHeader.Entry entry = tensor.getValue();
            if (entry.end() - entry.begin() > Integer.MAX_VALUE) {
                throw new ModelException("tensor " + tensor.getKey() + " of " + name + " has "
                        + (entry.end() - entry.begin()) + " bytes; a tensor is at most 2 GB, so split it");
            }
            if (entry.end() - begin > Integer.MAX_VALUE) {
                mapWindow(channel, start, begin, window, data);
                window.clear();
                begin = entry.begin();
            }
            window.put(tensor.getKey(), entry);
        }
        mapWindow(channel, start, begin, window, data);
        return data;
    }

    private static void mapWindow(
            FileChannel channel,
            long start,
            long begin,
            Map<String, SafetensorsHeader.Entry> window,
            Map<String, ByteBuffer> data)
            throws IOException {
        long end = window.values().stream()
                .mapToLong(SafetensorsHeader.Entry::end)
                .max()
                .orElse(begin);
        ByteBuffer mapped = end == begin
                ? ByteBuffer.allocateDirect(0)
                : channel.map(FileChannel.MapMode.READ_ONLY, start + begin, end - begin);
        window.forEach((tensor, entry) ->
                data.put(tensor, mapped.slice((int) (entry.begin() - begin), (int) (entry.end() - entry.begin()))));
    }
}
