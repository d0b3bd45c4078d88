package io.captioner.weights;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import io.captioner.ModelException;
import io.captioner.nn.Shape;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the data of a safetensors file: eight bytes of length, then JSON that gives each tensor's type, shape and place.
 * Every word of it is checked, as the file may come from anywhere.
 *
 * @param tensors by name, in the order of their data, which they cover without gaps or overlaps
 * @param metadata free text by name
 */
record SafetensorsHeader(Map<String, Entry> tensors, Map<String, String> metadata) {
    static final int LENGTH_BYTES = 8;

    /** The format's own limit. */
    static final long MAX_LENGTH = 100_000_000;

    private static final String METADATA = "__metadata__";

    /** A tensor, its data from {@code begin} to {@code end} behind the header. */
    record Entry(StoredType type, Shape shape, long begin, long end) {}

    /** The number of bytes of JSON in a file of {@code size} bytes that starts with {@code first}. */
    static int length(String file, ByteBuffer first, long size) {
        if (size < LENGTH_BYTES) {
            throw damaged(file, "it has " + size + " bytes, a safetensors file has at least " + LENGTH_BYTES);
        }
        long length = first.getLong(first.position());
        if (length < 2 || length > MAX_LENGTH || length > size - LENGTH_BYTES) {
            throw damaged(
                    file,
                    "its header claims " + Long.toUnsignedString(length) + " bytes; the file has " + size
                            + " and the format allows " + MAX_LENGTH);
        }
        return (int) length;
    }

    /**
     * Reads the JSON.
     *
     * @param dataSize bytes behind the header
     */
    static SafetensorsHeader parse(String file, ByteBuffer json, long dataSize) {
        String text;
        try {
            text = StandardCharsets.UTF_8.newDecoder().decode(json).toString();
        } catch (CharacterCodingException e) {
            throw damaged(file, "its header is no UTF-8 text", e);
        }
        Map<String, Entry> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try (JsonReader reader = new JsonReader(new StringReader(text))) {
            reader.setStrictness(Strictness.STRICT);
            reader.beginObject();
            while (reader.hasNext()) {
                String name = reader.nextName();
                if (name.equals(METADATA)) {
                    readMetadata(reader, metadata);
                } else if (tensors.put(name, readEntry(file, name, reader)) != null) {
                    throw damaged(file, "its header names tensor " + name + " twice");
                }
            }
            reader.endObject();
            if (reader.peek() != JsonToken.END_DOCUMENT) {
                throw damaged(file, "its header goes on behind its JSON");
            }
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw damaged(file, "its header is not the JSON of a safetensors file: " + e.getMessage(), e);
        }
        return new SafetensorsHeader(
                Collections.unmodifiableMap(inOrder(file, tensors, dataSize)), Collections.unmodifiableMap(metadata));
    }

    private static void readMetadata(JsonReader reader, Map<String, String> metadata) throws IOException {
        reader.beginObject();
        while (reader.hasNext()) {
            metadata.put(reader.nextName(), reader.nextString());
        }
        reader.endObject();
    }

    private static Entry readEntry(String file, String name, JsonReader reader) throws IOException {
        @Nullable StoredType type = null;
        long @Nullable [] shape = null;
        long @Nullable [] offsets = null;
        reader.beginObject();
        while (reader.hasNext()) {
            String field = reader.nextName();
            switch (field) {
                case "dtype" -> type = type(file, name, reader.nextString());
                case "shape" -> shape = readNumbers(file, name, field, reader);
                case "data_offsets" -> offsets = readNumbers(file, name, field, reader);
                default -> throw damaged(file, "tensor " + name + " has an unknown field " + field);
            }
        }
        reader.endObject();
        if (type == null || shape == null || offsets == null) {
            throw damaged(file, "tensor " + name + " needs dtype, shape and data_offsets");
        }
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw damaged(file, "tensor " + name + " has data_offsets " + Arrays.toString(offsets));
        }
        Entry entry = new Entry(type, Shape.of(shape), offsets[0], offsets[1]);
        long size;
        try {
            size = Math.multiplyExact(entry.shape.size(), type.bytes());
        } catch (ArithmeticException e) {
            throw damaged(file, "tensor " + name + " has shape " + entry.shape + ", more than any file holds", e);
        }
        if (size != entry.end - entry.begin) {
            throw damaged(
                    file,
                    "tensor " + name + " of type " + type + " and shape " + entry.shape + " takes " + size
                            + " bytes, its place has " + (entry.end - entry.begin));
        }
        return entry;
    }

    private static StoredType type(String file, String tensor, String name) {
        for (StoredType type : StoredType.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new ModelException(file + " cannot be read: tensor " + tensor + " has elements of type " + name
                + "; convert it to one of " + Arrays.toString(StoredType.values()));
    }

    private static long[] readNumbers(String file, String tensor, String field, JsonReader reader) throws IOException {
        List<Long> numbers = new ArrayList<>();
        reader.beginArray();
        while (reader.hasNext()) {
            if (reader.peek() != JsonToken.NUMBER) {
                throw damaged(file, field + " of tensor " + tensor + " holds what is no number");
            }
            long number = reader.nextLong();
            if (number < 0) {
                throw damaged(file, field + " of tensor " + tensor + " holds " + number);
            }
            numbers.add(number);
        }
        reader.endArray();
        return numbers.stream().mapToLong(Long::longValue).toArray();
    }

    /** The format asks that the data be covered once: a file cut short or two tensors in one place show here. */
    private static Map<String, Entry> inOrder(String file, Map<String, Entry> tensors, long dataSize) {
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(tensors.entrySet());
        sorted.sort(Comparator.comparingLong((Map.Entry<String, Entry> t) -> t.getValue().begin)
                .thenComparingLong(t -> t.getValue().end));
        Map<String, Entry> ordered = new LinkedHashMap<>();
        long position = 0;
        for (Map.Entry<String, Entry> tensor : sorted) {
            Entry entry = tensor.getValue();
            if (entry.end > dataSize) {
                throw damaged(
                        file,
                        "the data of tensor " + tensor.getKey() + " ends at byte " + entry.end + ", the file has "
                                + dataSize + " bytes of data; it may be cut short");
            }
            if (entry.begin != position) {
                throw damaged(
                        file,
                        "the data of tensor " + tensor.getKey() + " begins at byte " + entry.begin + " instead of "
                                + position + (entry.begin < position ? ", inside another tensor" : ", behind a gap"));
            }
            position = entry.end;
            ordered.put(tensor.getKey(), entry);
        }
        if (position != dataSize) {
            throw damaged(file, "it has " + (dataSize - position) + " bytes behind its last tensor");
        }
        return ordered;
    }

    private static ModelException damaged(String file, String reason) {
        return damaged(file, reason, null);
    }

    private static ModelException damaged(String file, String reason, @Nullable Throwable cause) {
        String message = file + " is no sound safetensors file: " + reason + "; get or write it again";
        return cause == null ? new ModelException(message) : new ModelException(message, cause);
    }
}
