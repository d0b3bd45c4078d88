package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.io.Sha256;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Weights in memory, and views that join, select or rename the tensors of any source. Immutable and thread-safe. */
public final class Weights implements Int8Tensor.Source {
    private final Map<String, Tensor> tensors;

    private Weights(Map<String, Tensor> tensors) {
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /** One tensor of a source. */
    private record Tensor(WeightSource source, String name) {}

    /** These tensors, in the order of the map; FLOAT32 or INT64. */
    public static Weights of(Map<String, HostTensor> tensors) {
        return of(new InMemory(Collections.unmodifiableMap(new LinkedHashMap<>(tensors))));
    }

    /** A view of all tensors of {@code source}. */
    public static Weights of(WeightSource source) {
        if (source instanceof Weights weights) {
            return weights;
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        source.names().forEach(name -> tensors.put(name, new Tensor(source, name)));
        return new Weights(tensors);
    }

    /** No tensors. */
    public static Weights none() {
        return new Weights(Map.of());
    }

    /** Both; where a name is in both, the tensor of {@code over}. */
    public Weights plus(WeightSource over) {
        Map<String, Tensor> joined = new LinkedHashMap<>(tensors);
        joined.putAll(of(over).tensors);
        return new Weights(joined);
    }

    /** All tensors with {@code prefix} put before their names, for example {@code encoder.}. */
    public Weights prefixed(String prefix) {
        return renamed(name -> prefix + name);
    }

    /** The tensors whose names begin with {@code prefix}, named without it. */
    public Weights under(String prefix) {
        return filtered(name -> name.startsWith(prefix)).renamed(name -> name.substring(prefix.length()));
    }

    /** The tensors whose names pass. */
    public Weights filtered(Predicate<String> names) {
        Map<String, Tensor> selected = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (names.test(name)) {
                selected.put(name, tensor);
            }
        });
        return new Weights(selected);
    }

    /** Some of the tensors under new names, in the order of the map: by the new names, the present ones. */
    public Weights selected(Map<String, String> names) {
        Map<String, Tensor> selected = new LinkedHashMap<>();
        names.forEach((name, present) -> selected.put(name, find(present)));
        return new Weights(selected);
    }

    /** All tensors under new names. Two that take one name are an error. */
    public Weights renamed(UnaryOperator<String> names) {
        Map<String, Tensor> renamed = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> {
            if (renamed.put(names.apply(name), tensor) != null) {
                throw new ModelException("two tensors would be named " + names.apply(name) + ", one of them " + name);
            }
        });
        return new Weights(renamed);
    }

    /** The tensors as they come back from a file of {@link Safetensors.Precision#INT8}; each is rounded when it is read. */
    public Weights rounded() {
        return of(new Rounded(this));
    }

    /** SHA-256 of names, shapes and elements, in hexadecimal; the order of the tensors does not count. */
    public String hash() {
        MessageDigest digest = Sha256.digest();
        for (String name : new TreeSet<>(tensors.keySet())) {
            HostTensor tensor = read(name);
            digest.update((name + "\n" + tensor + "\n").getBytes(StandardCharsets.UTF_8));
            digest.update(tensor.bytes());
        }
        return Sha256.hex(digest);
    }

    /** Every tensor, read. */
    public Map<String, HostTensor> toMap() {
        Map<String, HostTensor> read = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> read.put(name, tensor.source.read(tensor.name)));
        return read;
    }

    @Override
    public Set<String> names() {
        return new LinkedHashSet<>(tensors.keySet());
    }

    @Override
    public Shape shape(String name) {
        Tensor tensor = find(name);
        return tensor.source.shape(tensor.name);
    }

    @Override
    public DType type(String name) {
        Tensor tensor = find(name);
        return tensor.source.type(tensor.name);
    }

    @Override
    public HostTensor read(String name) {
        Tensor tensor = find(name);
        return tensor.source.read(tensor.name);
    }

    @Override
    public @Nullable Int8Tensor int8(String name) {
        Tensor tensor = find(name);
        return Int8Tensor.of(tensor.source, tensor.name);
    }

    private Tensor find(String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new ModelException("there is no tensor " + name);
        }
        return tensor;
    }

    private record InMemory(Map<String, HostTensor> tensors) implements WeightSource {
        @Override
        public Set<String> names() {
            return tensors.keySet();
        }

        @Override
        public Shape shape(String name) {
            return read(name).shape();
        }

        @Override
        public HostTensor read(String name) {
            HostTensor tensor = tensors.get(name);
            if (tensor == null) {
                throw new ModelException("there is no tensor " + name);
            }
            return tensor;
        }
    }

    private record Rounded(Weights exact) implements WeightSource {
        @Override
        public Set<String> names() {
            return exact.names();
        }

        @Override
        public Shape shape(String name) {
            return exact.shape(name);
        }

        @Override
        public DType type(String name) {
            return exact.type(name);
        }

        @Override
        public HostTensor read(String name) {
            HostTensor tensor = exact.read(name);
            return Int8Rows.applies(tensor.type(), tensor.shape())
                    ? Int8Rows.restored(tensor.shape(), Int8Rows.rounded(tensor, name), Int8Rows.scales(tensor, name))
                    : tensor;
        }
    }
}
