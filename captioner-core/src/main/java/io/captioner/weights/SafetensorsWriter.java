package io.captioner.weights;

import com.google.gson.stream.JsonWriter;
import io.captioner.ModelException;
import io.captioner.io.AtomicFile;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.weights.Safetensors.Precision;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Writes {@link Safetensors}. */
final class SafetensorsWriter {
    private static final int CHUNK = 1 << 16;

    private final Precision precision;
    private final WeightSource source;
    private final List<Entry> entries;

    private SafetensorsWriter(WeightSource source, Precision precision) {
        this.precision = precision;
        this.source = source;
        // Wide elements first, so that each tensor lies aligned to its elements; then by name.
        this.entries = source.names().stream()
                .flatMap(this::entries)
                .sorted(Comparator.comparingInt((Entry entry) -> -entry.bytes()).thenComparing(Entry::name))
                .toList();
    }

    /**
     * A tensor of the file.
     *
     * @param tensor of the source that it is made from
     * @param type the format's name for it
     * @param bytes of an element
     */
    private record Entry(String name, String tensor, Shape shape, String type, int bytes, Content content) {}

    /** Gives an entry's bytes. */
    private interface Content {
        void write(FileChannel channel, String name, HostTensor tensor) throws IOException;
    }

    private Stream<Entry> entries(String name) {
        DType type = source.type(name);
        Shape shape = source.shape(name);
        if (type != DType.FLOAT32) {
            return Stream.of(new Entry(name, name, shape, typeOf(type), type.bytes(), SafetensorsWriter::writeBytes));
        }
        if (precision == Precision.FLOAT16) {
            return Stream.of(new Entry(name, name, shape, "F16", 2, SafetensorsWriter::writeHalves));
        }
        if (precision == Precision.INT8 && Int8Rows.applies(type, shape)) {
            return Stream.of(
                    new Entry(
                            name,
                            name,
                            shape,
                            "I8",
                            1,
                            (channel, at, tensor) -> AtomicFile.writeFully(channel, Int8Rows.rounded(tensor, at))),
                    new Entry(
                            name + Int8Rows.SCALE,
                            name,
                            Shape.of(shape.dim(0)),
                            "F32",
                            4,
                            (channel, at, tensor) -> AtomicFile.writeFully(channel, Int8Rows.scales(tensor, at))));
        }
        return Stream.of(new Entry(name, name, shape, "F32", 4, SafetensorsWriter::writeBytes));
    }

    static void write(Path file, WeightSource tensors, Precision precision, Map<String, String> metadata) {
        SafetensorsWriter writer = new SafetensorsWriter(tensors, precision);
        try {
            byte[] header = writer.header(metadata);
            AtomicFile.write(file, channel -> {
                ByteBuffer length =
                        ByteBuffer.allocate(SafetensorsHeader.LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
                AtomicFile.writeFully(channel, length.putLong(header.length).flip());
                AtomicFile.writeFully(channel, ByteBuffer.wrap(header));
                for (Entry entry : writer.entries) {
                    entry.content().write(channel, entry.tensor(), writer.source.read(entry.tensor()));
                }
            });
        } catch (IOException e) {
            throw new ModelException(file + " cannot be written: " + e, e);
        }
    }

    /** The JSON, padded with spaces so that the data begins at a multiple of eight. */
    private byte[] header(Map<String, String> metadata) throws IOException {
        StringWriter text = new StringWriter();
        try (JsonWriter json = new JsonWriter(text)) {
            json.setHtmlSafe(false);
            json.beginObject();
            if (!metadata.isEmpty()) {
                json.name("__metadata__").beginObject();
                for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
                    json.name(entry.getKey()).value(entry.getValue());
                }
                json.endObject();
            }
            long position = 0;
            for (Entry entry : entries) {
                long end = position + entry.shape().size() * entry.bytes();
                json.name(entry.name()).beginObject();
                json.name("dtype").value(entry.type());
                json.name("shape").beginArray();
                for (long dim : entry.shape().toArray()) {
                    json.value(dim);
                }
                json.endArray();
                json.name("data_offsets")
                        .beginArray()
                        .value(position)
                        .value(end)
                        .endArray();
                json.endObject();
                position = end;
            }
            json.endObject();
        }
        byte[] plain = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(plain, (plain.length + 7) / 8 * 8);
        Arrays.fill(padded, plain.length, padded.length, (byte) ' ');
        return padded;
    }

    private static void writeBytes(FileChannel channel, String name, HostTensor tensor) throws IOException {
        AtomicFile.writeFully(channel, tensor.bytes());
    }

    private static void writeHalves(FileChannel channel, String name, HostTensor tensor) throws IOException {
        FloatBuffer values = tensor.floats();
        ByteBuffer chunk = ByteBuffer.allocateDirect(2 * CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        while (values.hasRemaining()) {
            chunk.clear();
            while (values.hasRemaining() && chunk.hasRemaining()) {
                float value = values.get();
                short half = HalfPrecision.fromFloat(value);
                if ((half & 0x7fff) == 0x7c00 && Float.isFinite(value)) {
                    throw new ModelException("tensor " + name + " holds " + value + ", beyond the "
                            + HalfPrecision.MAX_VALUE + " of FLOAT16; write it as FLOAT32");
                }
                chunk.putShort(half);
            }
            AtomicFile.writeFully(channel, chunk.flip());
        }
    }

    private static String typeOf(DType type) {
        return switch (type) {
            case FLOAT32 -> "F32";
            case INT64 -> "I64";
            case UINT8 -> "U8";
            case BOOL -> "BOOL";
        };
    }
}
