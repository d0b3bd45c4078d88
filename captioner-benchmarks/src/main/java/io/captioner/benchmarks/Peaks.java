package io.captioner.benchmarks;

import java.util.List;

/**
 * What a machine can do, on the threads of a run.
 *
 * @param products multiplications with their additions a second, in the largest product measured
 * @param memory bytes a second that are read from an array as large as a model
 * @param cache bytes a second that are read from an array that stays near the processor
 * @param bytes of an element
 */
record Peaks(double products, double memory, double cache, int bytes) {
    /** Least seconds of one operation: it computes and moves at the same time, so the slower of the two counts. */
    double seconds(Operation operation) {
        return Math.max(operation.multiplications() / products, moving(operation));
    }

    /** Least seconds of operations that wait for one another. */
    double seconds(List<Operation> operations) {
        return operations.stream().mapToDouble(this::seconds).sum();
    }

    /** Seconds of moving alone: weights from memory, activations from the cache. */
    double moving(Operation operation) {
        return bytes * (operation.stored() / memory + operation.passing() / cache);
    }
}
