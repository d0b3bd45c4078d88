package io.captioner.weights;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Weights in several files of one folder, as Hugging Face divides large models: {@code model.safetensors.index.json} or {@code
 * pytorch_model.bin.index.json} says by its {@code weight_map} which file a tensor is in. Immutable and thread-safe.
 */
final class ShardedWeights implements WeightSource {
    static final String ENDING = ".index.json";

    /** Larger than the index of any model: a line of 100 characters for each of 600,000 tensors. */
    private static final long MAX_INDEX = 64L << 20;

    /** A file of the same folder: a path could lead out of it. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

    private final Path index;
    private final Map<String, WeightSource> files; // by tensor

    private ShardedWeights(Path index, Map<String, WeightSource> files) {
        this.index = index;
        this.files = Collections.unmodifiableMap(files);
    }

    /** @throws ModelException when the index or a file of it is not there or damaged, or a file has not what the index says */
    static ShardedWeights open(Path index) {
        Map<String, WeightSource> opened = new LinkedHashMap<>();
        Map<String, WeightSource> files = new LinkedHashMap<>();
        for (Map.Entry<String, JsonElement> entry : weightMap(index).entrySet()) {
            String name = entry.getValue().isJsonPrimitive() ? entry.getValue().getAsString() : "";
            if (!NAME.matcher(name).matches() || name.endsWith(ENDING)) {
                throw new ModelException(index + ": tensor " + entry.getKey() + " is in " + entry.getValue()
                        + "; it must be the name of a file of weights in the same folder");
            }
            WeightSource file = opened.get(name);
            if (file == null) {
                file = WeightFiles.open(index.resolveSibling(name));
                opened.put(name, file);
            }
            if (!file.names().contains(entry.getKey())) {
                throw new ModelException(file + " has no tensor " + entry.getKey() + ", which " + index.getFileName()
                        + " says is there; fetch all files of the model anew");
            }
            files.put(entry.getKey(), file);
        }
        return new ShardedWeights(index, files);
    }

    private static JsonObject weightMap(Path index) {
        try {
            if (Files.size(index) > MAX_INDEX) {
                throw new ModelException(
                        index + " has " + Files.size(index) + " bytes; an index of weights has at most " + MAX_INDEX);
            }
            JsonElement json = JsonParser.parseString(Files.readString(index));
            if (json.isJsonObject()
                    && json.getAsJsonObject().get("weight_map") instanceof JsonObject map
                    && !map.isEmpty()) {
                return map;
            }
            throw new ModelException(index + " has no weight_map: it is no index of weights in several files");
        } catch (IOException | JsonParseException e) {
            throw new ModelException(index + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public Set<String> names() {
        return files.keySet();
    }

    @Override
    public Shape shape(String name) {
        return file(name).shape(name);
    }

    @Override
    public DType type(String name) {
        return file(name).type(name);
    }

    @Override
    public HostTensor read(String name) {
        return file(name).read(name);
    }

    private WeightSource file(String name) {
        WeightSource file = files.get(name);
        if (file == null) {
            throw new ModelException(index + " has no tensor " + name);
        }
        return file;
    }

    @Override
    public String toString() {
        return index.toString();
    }
}
