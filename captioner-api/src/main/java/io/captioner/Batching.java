package io.captioner;

import java.time.Duration;

/**
 * How calls of several threads are gathered into batches of the runtime: one batch of sixteen pictures costs less than sixteen batches of
 * one. Immutable; each method gives a changed copy.
 *
 * <pre>{@code
 * Captioner captioner = Captioner.builder()
 *         .batching(Batching.upTo(16).within(Duration.ofMillis(5)).queue(500).refusing().timeout(Duration.ofSeconds(2)))
 *         .build();
 * }</pre>
 *
 * @param maxBatch pictures of a batch at most, 1 to 1024
 * @param maxDelay how long the first call of a batch may wait for others while the runtime is idle, 0 to one minute; while it is busy calls
 *     gather anyway
 * @param maxQueue calls that may wait, at least {@code maxBatch}
 * @param whenFull what becomes of a call beyond them
 * @param timeout from call to caption, more than 0; {@link #FOREVER} for no limit
 * @param listener told of each batch
 */
public record Batching(
        int maxBatch, Duration maxDelay, int maxQueue, WhenFull whenFull, Duration timeout, Listener listener) {
    /** No limit of time. */
    public static final Duration FOREVER = Duration.ofSeconds(Long.MAX_VALUE);

    private static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    public Batching {
        Limits.between("the largest batch", maxBatch, 1, 1024);
        if (maxDelay.isNegative() || maxDelay.compareTo(LONGEST_DELAY) > 0) {
            throw new OptionException("the delay is " + maxDelay + "; it must be between 0 and " + LONGEST_DELAY);
        }
        if (maxQueue < maxBatch) {
            throw new OptionException(
                    "the queue holds " + maxQueue + " calls; it must hold a batch of " + maxBatch + " at least");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new OptionException("the timeout is " + timeout + "; it must be more than 0");
        }
    }

    /**
     * Batches of this many pictures at most, within two milliseconds, a queue of 1024 calls or sixteen batches that makes callers wait, no
     * limit of time.
     */
    public static Batching upTo(int maxBatch) {
        return new Batching(
                maxBatch,
                Duration.ofMillis(2),
                (int) Math.max(1024, 16L * maxBatch),
                WhenFull.WAIT,
                FOREVER,
                new Listener() {});
    }

    /** The same with another {@link #maxDelay}. */
    public Batching within(Duration delay) {
        return new Batching(maxBatch, delay, maxQueue, whenFull, timeout, listener);
    }

    /** The same with another {@link #maxQueue}. */
    public Batching queue(int calls) {
        return new Batching(maxBatch, maxDelay, calls, whenFull, timeout, listener);
    }

    /** The same, refusing calls when the queue is full. */
    public Batching refusing() {
        return new Batching(maxBatch, maxDelay, maxQueue, WhenFull.REFUSE, timeout, listener);
    }

    /** The same with a limit of time for each call. */
    public Batching timeout(Duration limit) {
        return new Batching(maxBatch, maxDelay, maxQueue, whenFull, limit, listener);
    }

    /** The same with another {@link #listener}. */
    public Batching listener(Listener told) {
        return new Batching(maxBatch, maxDelay, maxQueue, whenFull, timeout, told);
    }

    /** Back-pressure: what becomes of a call when the queue is full. */
    public enum WhenFull {
        /** The caller's thread waits for room. */
        WAIT,
        /** The call fails at once with {@link OverloadException}. */
        REFUSE
    }

    /**
     * Hears what goes on, for a metrics registry of any kind. Called by the thread that runs the batches or by a caller's: be quick, and
     * throw nothing; what it throws is dropped.
     */
    public interface Listener {
        /** A batch has ended. */
        default void onBatch(Batch batch) {}

        /** A call was refused because so many wait. */
        default void onRefused(int queued) {}

        /** A call's time was over; it was taken out of the queue, or its caption, once written, is dropped. */
        default void onTimeout(int queued) {}
    }

    /**
     * A batch that has ended.
     *
     * @param size pictures in it
     * @param queued calls that wait now
     * @param waited how long its first call waited for the batch to begin
     * @param ran how long the runtime took
     */
    public record Batch(int size, int queued, Duration waited, Duration ran) {}
}
