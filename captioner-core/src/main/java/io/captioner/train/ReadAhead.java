package io.captioner.train;

import io.captioner.CaptionerException;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes batches on a daemon thread while the step before them computes, in order, at most a few ahead. */
final class ReadAhead<A, B> implements Batches<B> {
    private static final int AHEAD = 3;

    private final BlockingQueue<Made<B>> queue = new ArrayBlockingQueue<>(AHEAD);
    private final Thread thread;
    private volatile boolean closed;
    private int left;

    ReadAhead(List<A> what, Function<A, B> make) {
        left = what.size();
        thread = new Thread(() -> fill(what, make), "captioner-training-batches");
        thread.setDaemon(true);
        thread.start();
    }

    private void fill(List<A> what, Function<A, B> make) {
        try {
            for (A each : what) {
                if (!offer(new Made<>(make.apply(each), null))) {
                    return;
                }
            }
        } catch (RuntimeException | Error e) {
            offer(new Made<>(null, e));
        }
    }

    /** False when nobody wants it any more. */
    private boolean offer(Made<B> made) {
        try {
            while (!closed) {
                if (queue.offer(made, 50, TimeUnit.MILLISECONDS)) {
                    return true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public boolean hasNext() {
        return left > 0;
    }

    /** Waits for the next; throws what making it threw. */
    @Override
    public B next() {
        if (left == 0) {
            throw new NoSuchElementException();
        }
        left--;
        try {
            Made<B> made = queue.take();
            if (made.failure instanceof RuntimeException e) {
                throw e;
            }
            if (made.failure instanceof Error e) {
                throw e;
            }
            return Objects.requireNonNull(made.value);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CaptionerException("training was interrupted; it can be resumed from its last checkpoint", e);
        }
    }

    /** Waits until the thread reads no more, so that its source may be closed. It is not interrupted: that would close an open file channel. */
    @Override
    public void close() {
        left = 0;
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Made<B>(@Nullable B value, @Nullable Throwable failure) {}
}
