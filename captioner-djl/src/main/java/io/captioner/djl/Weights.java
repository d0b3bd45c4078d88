package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.train.TrainingBackend;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.Function;

/** What a session trains: parameters and buffers by full name, in the order in which the program binds them. */
final class Weights {
    private final DjlAlgebra algebra;
    private final WeightSource initial;
    private final TrainingBackend.Settings settings;
    private final Map<String, Weight> byName = new LinkedHashMap<>();

    Weights(DjlAlgebra algebra, WeightSource initial, TrainingBackend.Settings settings) {
        this.algebra = algebra;
        this.initial = initial;
        this.settings = settings;
    }

    /** One of them: its values lie in {@code array} and are changed in place. */
    static final class Weight {
        final String name;
        final PtNDArray array;
        final Shape shape;
        final boolean buffer;
        final boolean learned;
        boolean moves;

        private Weight(String name, PtNDArray array, Shape shape, boolean buffer, boolean learned) {
            this.name = name;
            this.array = array;
            this.shape = shape;
            this.buffer = buffer;
            this.learned = learned;
            this.moves = learned;
        }
    }

    Iterable<Weight> all() {
        return byName.values();
    }

    /** Finds the weight of a name, or makes it. */
    interface Lookup {
        Weight of(String name, Shape shape, Initializer initializer, boolean buffer);
    }

    /** Of a name that must be there. */
    Weight get(String name, Shape shape, Initializer initializer, boolean buffer) {
        if (!byName.containsKey(name)) {
            throw new ModelException("the training session has no weight " + name + " " + shape
                    + ": a program that runs in it must have weights of the trained program only, and a model asks for its weights in bind, not when it"
                    + " runs");
        }
        return getOrAdd(name, shape, initializer, buffer);
    }

    /** Of a name that may be new. */
    Weight getOrAdd(String name, Shape shape, Initializer initializer, boolean buffer) {
        Weight weight = byName.get(name);
        if (weight == null) {
            HostTensor value = initial.names().contains(name)
                    ? Stored.read(initial, name, shape)
                    : HostTensor.ofFloats(
                            shape, initializer.values(shape, new SplittableRandom(seed(settings.seed(), name))));
            boolean learned = !buffer && settings.learned().test(name);
            weight = new Weight(name, Transfer.copy(algebra.root, value), shape, buffer, learned);
            byName.put(name, weight);
        }
        if (!weight.shape.equals(shape)) {
            throw Stored.differs(name, weight.shape, shape);
        }
        return weight;
    }

    /** Buffers move with training when a parameter of their scope is learned. */
    void thawStatistics() {
        if (!settings.statistics()) {
            return;
        }
        for (Weight buffer : byName.values()) {
            String scope = buffer.name.substring(0, buffer.name.lastIndexOf('.') + 1);
            boolean moves = byName.values().stream()
                    .anyMatch(w -> w.learned && w.name.startsWith(scope) && w.name.indexOf('.', scope.length()) < 0);
            if (buffer.buffer && moves) {
                buffer.moves = true;
                algebra.moves(buffer.array);
            }
        }
    }

    Map<String, HostTensor> read(Function<Weight, PtNDArray> arrays) {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        byName.forEach(
                (name, weight) -> values.put(name, Transfer.read(arrays.apply(weight), DType.FLOAT32, weight.shape)));
        return values;
    }

    /** Writes values over the present ones; all or none. */
    void write(Map<String, HostTensor> values) {
        byName.forEach((name, weight) -> {
            HostTensor value = values.get(name);
            if (value == null || value.type() != DType.FLOAT32 || !value.shape().equals(weight.shape)) {
                throw new ModelException(
                        "to restore, parameter " + name + " must be FLOAT32 " + weight.shape + ", not " + value);
            }
        });
        byName.forEach(
                (name, weight) -> Transfer.overwrite(weight.array, Objects.requireNonNull(values.get(name), name)));
    }

    /** Of a parameter, whatever the order of binding: FNV-1a of its name, mixed with the run's. */
    private static long seed(long seed, String name) {
        long hash = 0xCBF29CE484222325L;
        for (byte b : name.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
            hash = (hash ^ (b & 0xFF)) * 0x100000001B3L;
        }
        return hash ^ seed * 0x9E3779B97F4A7C15L;
    }
}
