package io.captioner.image;

import java.util.concurrent.ForkJoinPool;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Bands of rows that two threads make: the caller's and, where it has time, one of the common pool, which begins while the caller still decodes
 * what they are made of. The caller never waits for a thread that has not begun.
 */
final class Bands {
    private final int count;
    private final IntUnaryOperator needs;
    private final Supplier<IntConsumer> workers;
    private int ready;
    private int next;
    private int underWay;
    private @Nullable Throwable failure;

    /**
     * @param count how many there are
     * @param needs for each band, how many rows it is made of, from the first of the picture
     * @param workers asked once by each thread for what makes a band; a worker gets bands in their order
     */
    Bands(int count, IntUnaryOperator needs, Supplier<IntConsumer> workers) {
        this.count = count;
        this.needs = needs;
        this.workers = workers;
    }

    /** Lets another thread begin with what is ready. Where none has time nothing is left waiting for one, which would keep the picture in memory. */
    void share() {
        ForkJoinPool pool = ForkJoinPool.commonPool();
        boolean spare = Runtime.getRuntime().availableProcessors() > 1
                && ForkJoinPool.getCommonPoolParallelism() > 0
                && !pool.hasQueuedSubmissions();
        if (count > 1 && spare) {
            pool.execute(this::make);
        }
    }

    /** So many rows of the picture are there. */
    synchronized void ready(int rows) {
        ready = rows;
        if (next < count && ready >= needs.applyAsInt(next)) {
            notifyAll();
        }
    }

    /** Makes what is left and waits for what the other thread has under way. All rows must be ready. */
    void finish() {
        make();
        awaitOther();
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    /** Nothing is begun any more. */
    synchronized void abandon() {
        next = count;
        notifyAll();
    }

    private void make() {
        try {
            IntConsumer worker = workers.get();
            for (int band = take(); band < count; band = take()) {
                make(band, worker);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        }
    }

    private void make(int band, IntConsumer worker) {
        try {
            worker.accept(band);
        } catch (RuntimeException | Error e) {
            fail(e); // before the band counts as made, which ends the caller's wait
        } finally {
            made();
        }
    }

    /** The next band whose rows are ready; {@link #count} where there is none to come. */
    private synchronized int take() {
        while (next < count && ready < needs.applyAsInt(next)) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return count; // the caller makes it
            }
        }
        if (next == count) {
            return count;
        }
        underWay++;
        return next++;
    }

    private synchronized void made() {
        underWay--;
        notifyAll();
    }

    private synchronized void fail(Throwable thrown) {
        failure = thrown;
        next = count;
    }

    private synchronized void awaitOther() {
        boolean interrupted = false;
        while (underWay > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
