package io.captioner.metrics;

import java.util.Arrays;

/** Ids by key, without an object for each: open addressing, half full at most. Keys are 0 or more. Not thread-safe. */
final class IdTable {
    private static final long FREE = -1;

    private long[] keys = new long[1 << 12];
    private int[] ids = new int[1 << 12];
    private int size;

    IdTable() {
        Arrays.fill(keys, FREE);
    }

    int size() {
        return size;
    }

    /** The id of this key; {@code otherwise} becomes it where there is none. */
    int idOf(long key, int otherwise) {
        int at = place(key);
        if (keys[at] == FREE) {
            if (2 * (size + 1) > keys.length) {
                grow();
                at = place(key);
            }
            keys[at] = key;
            ids[at] = otherwise;
            size++;
        }
        return ids[at];
    }

    /** The id of this key, or -1. Thread-safe while nothing is added. */
    int find(long key) {
        int at = place(key);
        return keys[at] == FREE ? -1 : ids[at];
    }

    private int place(long key) {
        int mask = keys.length - 1;
        // Fibonacci hashing: the high bits of the product are well mixed.
        int at = (int) (key * 0x9E3779B97F4A7C15L >>> 32) & mask;
        while (keys[at] != FREE && keys[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldIds = ids;
        keys = new long[oldKeys.length * 2];
        ids = new int[oldKeys.length * 2];
        Arrays.fill(keys, FREE);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != FREE) {
                int at = place(oldKeys[i]);
                keys[at] = oldKeys[i];
                ids[at] = oldIds[i];
            }
        }
    }
}
