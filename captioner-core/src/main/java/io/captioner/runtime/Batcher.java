package io.captioner.runtime;

import io.captioner.BackendException;
import io.captioner.Batching;
import io.captioner.Caption;
import io.captioner.CaptionerException;
import io.captioner.DeadlineException;
import io.captioner.GenerationOptions;
import io.captioner.OverloadException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Gathers calls into batches for one thread of its own, which the first call starts. A call leaves the queue when its batch begins, or as soon
 * as it is cancelled or its time is over. Locks are no monitors, so that virtual threads that wait here hold no carrier.
 */
final class Batcher implements AutoCloseable {
    private final Batching settings;
    private final Runner runner;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final Deque<Call> queue = new ArrayDeque<>();
    private @Nullable Thread worker;
    private boolean closed;

    Batcher(Batching settings, Runner runner) {
        this.settings = settings;
        this.runner = runner;
    }

    /** Captions a batch: one caption for each picture, in order. */
    @FunctionalInterface
    interface Runner {
        List<Caption> run(List<byte[]> pictures, GenerationOptions options);
    }

    /** A picture that waits for its caption. */
    private static final class Call extends CompletableFuture<Caption> {
        final byte[] picture;
        final GenerationOptions options;
        final long since = System.nanoTime();

        Call(byte[] picture, GenerationOptions options) {
            this.picture = picture;
            this.options = options;
        }
    }

    /**
     * Puts a call into the queue; waits for room there where the settings say so.
     *
     * @return the caption to come; fails with {@link OverloadException}, {@link DeadlineException}, or what the runtime threw
     */
    CompletableFuture<Caption> submit(byte[] picture, GenerationOptions options) {
        Call call = new Call(picture, options);
        CaptionerException refusal;
        lock.lock();
        try {
            refusal = awaitRoom();
            if (refusal == null) {
                requireWorker();
                queue.add(call);
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
        if (refusal == null) {
            limit(call);
            call.whenComplete((caption, failure) -> forget(call));
        } else {
            fail(call, refusal); // without the lock: a listener may wait for another caller
        }
        return call;
    }

    private void requireWorker() {
        if (worker == null) {
            Thread starting = new Thread(this::work, "captioner-batches");
            starting.setDaemon(true);
            starting.start();
            worker = starting; // only now: a thread that the system refuses is asked for again by the next call
        }
    }

    /** Why there is no room for a call, or null once there is. */
    private @Nullable CaptionerException awaitRoom() {
        long left = nanos(settings.timeout());
        while (!closed && queue.size() >= settings.maxQueue()) {
            if (settings.whenFull() == Batching.WhenFull.REFUSE) {
                return new OverloadException(queue.size() + " calls wait, and the queue holds " + settings.maxQueue()
                        + ": try again later, or let the queue hold more");
            }
            if (left <= 0) {
                return late();
            }
            try {
                left = room.awaitNanos(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return new BackendException(
                        "the thread was interrupted while its call waited for room in the queue", e);
            }
        }
        return closed ? closedFailure() : null;
    }

    /** Ends the call when its time is over, whether it still waits or is being captioned. */
    private void limit(Call call) {
        if (settings.timeout().equals(Batching.FOREVER)) {
            return;
        }
        long left = nanos(settings.timeout()) - (System.nanoTime() - call.since);
        CompletableFuture<Void> timer =
                new CompletableFuture<Void>().completeOnTimeout(null, Math.max(0, left), TimeUnit.NANOSECONDS);
        timer.thenRun(() -> fail(call, late()));
        call.whenComplete((caption, failure) -> timer.cancel(false));
    }

    private DeadlineException late() {
        return new DeadlineException(
                "no caption within " + settings.timeout() + ": allow more time, smaller batches or fewer callers");
    }

    private void fail(Call call, CaptionerException reason) {
        if (!call.completeExceptionally(reason)) {
            return;
        }
        if (reason instanceof OverloadException) {
            tell(listener -> listener.onRefused(settings.maxQueue()));
        } else if (reason instanceof DeadlineException) {
            tell(listener -> listener.onTimeout(queued()));
        }
    }

    private void forget(Call call) {
        lock.lock();
        try {
            if (queue.remove(call)) {
                room.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        for (List<Call> batch = next(); !batch.isEmpty(); batch = next()) {
            run(batch);
        }
    }

    /** The next calls with equal options, in order; none when this is closed. */
    private List<Call> next() {
        lock.lock();
        try {
            while (!closed) {
                if (queue.isEmpty()) {
                    arrived.awaitUninterruptibly();
                    continue;
                }
                long left = settings.maxDelay().toNanos() - (System.nanoTime() - queue.getFirst().since);
                if (left <= 0 || alike() >= settings.maxBatch()) {
                    return take();
                }
                awaitMore(left);
            }
            return List.of();
        } finally {
            lock.unlock();
        }
    }

    private void awaitMore(long nanos) {
        try {
            arrived.awaitNanos(nanos);
        } catch (InterruptedException e) {
            return; // meant for a caller's own code that ran here; whoever waits looks at the queue again
        }
    }

    private long alike() {
        GenerationOptions options = queue.getFirst().options;
        return queue.stream().filter(call -> call.options.equals(options)).count();
    }

    private List<Call> take() {
        GenerationOptions options = queue.getFirst().options;
        List<Call> batch = new ArrayList<>();
        Iterator<Call> waiting = queue.iterator();
        while (waiting.hasNext() && batch.size() < settings.maxBatch()) {
            Call call = waiting.next();
            if (call.options.equals(options)) {
                batch.add(call);
                waiting.remove();
            }
        }
        room.signalAll();
        return batch;
    }

    private void run(List<Call> batch) {
        Thread.interrupted(); // one that a caller's own code left here, told of its caption, must not reach the runtime
        long start = System.nanoTime();
        try {
            List<Caption> captions =
                    runner.run(batch.stream().map(call -> call.picture).toList(), batch.get(0).options);
            for (int i = 0; i < batch.size(); i++) {
                batch.get(i).complete(captions.get(i));
            }
        } catch (RuntimeException | Error e) {
            batch.forEach(call -> call.completeExceptionally(e));
        }
        Duration waited = Duration.ofNanos(start - batch.get(0).since);
        Duration ran = Duration.ofNanos(System.nanoTime() - start);
        tell(listener -> listener.onBatch(new Batching.Batch(batch.size(), queued(), waited, ran)));
    }

    private int queued() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    private void tell(Consumer<Batching.Listener> news) {
        try {
            news.accept(settings.listener());
        } catch (RuntimeException | Error e) {
            // a logger is asked for now, as an application without one would print a notice of it
            LoggerFactory.getLogger(Batcher.class)
                    .warn("a listener of batches failed; the captions are not touched by it", e);
        }
    }

    private static long nanos(Duration duration) {
        return duration.compareTo(Duration.ofNanos(Long.MAX_VALUE)) < 0 ? duration.toNanos() : Long.MAX_VALUE;
    }

    private static BackendException closedFailure() {
        return new BackendException("the captioner is closed; build another captioner");
    }

    /** Fails the calls that still wait, and waits for the batch that runs. */
    @Override
    public void close() {
        List<Call> left;
        @Nullable Thread running;
        lock.lock();
        try {
            closed = true;
            running = worker;
            left = List.copyOf(queue);
            queue.clear();
            arrived.signalAll();
            room.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(call -> call.completeExceptionally(closedFailure()));
        boolean interrupted = false;
        while (running != null && running.isAlive() && Thread.currentThread() != running) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true; // what runs uses the model that is about to be freed
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
