package io.captioner.weights;

import io.captioner.nn.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a pickle of a checkpoint can be made of: plain values, containers, and tensors. Nothing in it has behaviour. */
sealed interface Pickled {
    /** {@code None}, a number with a fraction, bytes: read past, as no tensor needs it. */
    record Other(String what) implements Pickled {}

    /** An integer or a truth value. */
    record Whole(long value) implements Pickled {}

    record Text(String value) implements Pickled {}

    /** A name of Python's; it stands for what {@link PyTorchGlobals} knows of it and is never looked up. */
    record Global(String module, String name) implements Pickled {
        @Override
        public String toString() {
            return module + "." + name;
        }
    }

    record Tuple(List<Pickled> items) implements Pickled {
        public Tuple {
            items = List.copyOf(items);
        }
    }

    /** A list or a set. Identity counts: it may hold itself. */
    final class Items implements Pickled {
        final List<Pickled> items = new ArrayList<>();
    }

    /** A dictionary; keys that are no text are read past. Identity counts: it may hold itself. */
    final class Dictionary implements Pickled {
        final Map<String, Pickled> entries = new LinkedHashMap<>();
    }

    /**
     * A run of elements in the archive.
     *
     * @param key names its file
     * @param elements how many
     */
    record Storage(StoredType type, String key, long elements) implements Pickled {}

    /**
     * A view of a storage. Element (i, j, ...) stands at offset + i * strides[0] + j * strides[1] + ...
     *
     * @param strides in elements
     */
    record StoredTensor(Storage storage, long offset, Shape shape, long[] strides) implements Pickled {
        /** Elements from the first to the last that the view reaches. */
        long span() {
            if (shape.size() == 0) {
                return 0;
            }
            long last = 0;
            for (int axis = 0; axis < strides.length; axis++) {
                last = Math.addExact(last, Math.multiplyExact(shape.dim(axis) - 1, strides[axis]));
            }
            return Math.addExact(last, 1);
        }

        /** Whether the elements stand one behind the other. */
        boolean isContiguous() {
            long expected = 1;
            for (int axis = strides.length - 1; axis >= 0; axis--) {
                if (shape.dim(axis) != 1 && strides[axis] != expected) {
                    return false;
                }
                expected *= shape.dim(axis);
            }
            return true;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof StoredTensor tensor
                    && storage.equals(tensor.storage)
                    && offset == tensor.offset
                    && shape.equals(tensor.shape)
                    && Arrays.equals(strides, tensor.strides);
        }

        @Override
        public int hashCode() {
            return 31 * storage.hashCode() + shape.hashCode();
        }
    }
}
