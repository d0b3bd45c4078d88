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

/** Writes {@link Safetensors}. */
final class SafetensorsWriter {
    private static final int CHUNK = 1 << 16;

    private final Precision precision;
    private final WeightSource source;
    private final List<String> names;

    private SafetensorsWriter(WeightSource source, Precision precision) {
        this.precision = precision;
        this.source = source;
        // Wide elements first, so that each tensor lies aligned to its elements; then by name.
        this.names = source.names().stream()
                .sorted(Comparator.comparingInt((String name) -> -bytesOf(source.type(name)))
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
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
                for (String name : writer.names) {
                    writer.writeElements(channel, name, writer.source.read(name));
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
            for (String name : names) {
                DType type = source.type(name);
                Shape shape = source.shape(name);
                long end = position + shape.size() * bytesOf(type);
                json.name(name).beginObject();
                json.name("dtype").value(typeOf(type));
                json.name("shape").beginArray();
                for (long dim : shape.toArray()) {
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

    private void writeElements(FileChannel channel, String name, HostTensor tensor) throws IOException {
        if (tensor.type() != DType.FLOAT32 || precision == Precision.FLOAT32) {
            AtomicFile.writeFully(channel, tensor.bytes());
            return;
        }
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

    private int bytesOf(DType type) {
        return type == DType.FLOAT32 && precision == Precision.FLOAT16 ? 2 : type.bytes();
    }

    private String typeOf(DType type) {
        return switch (type) {
            case FLOAT32 -> precision == Precision.FLOAT16 ? "F16" : "F32";
            case INT64 -> "I64";
            case UINT8 -> "U8";
            case BOOL -> "BOOL";
        };
    }
}
