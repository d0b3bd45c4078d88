package io.captioner.djl;

import io.captioner.BackendException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Holds the end of the process back while libtorch computes. A process that ends destroys the global objects of libtorch and oneDNN, and a
 * thread that still computes with them ends in SIGSEGV: after an interrupt from the keyboard in the middle of a training, for one. So each
 * {@link Run} is inside of this, and a shutdown hook waits for those under way and lets no further one begin.
 */
final class ProcessEnd {
    /** A pass takes a second or a few; a process that must end should not wait for one that hangs. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** Mirrors the process's own end, of which there is one. */
    private static final ProcessEnd INSTANCE = hooked();

    /** Read: a pass; write: the end. */
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();

    private volatile boolean ending;

    static ProcessEnd get() {
        return INSTANCE;
    }

    private static ProcessEnd hooked() {
        ProcessEnd end = new ProcessEnd();
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end.await(PATIENCE), "captioner-djl-end"));
        } catch (IllegalStateException e) { // the hooks run already
            end.ending = true;
        }
        return end;
    }

    /**
     * Begins a pass, or one inside of another.
     *
     * @throws BackendException when the process is ending, rather than to wait: who asks may be a shutdown hook, for which the end waits
     */
    void enter() {
        boolean within = gate.getReadHoldCount() > 0;
        if (ending && !within || !gate.readLock().tryLock()) {
            throw new BackendException("the process is ending, so libtorch begins nothing more; a training goes on from"
                    + " its last checkpoint when it is started again to resume");
        }
    }

    void leave() {
        gate.readLock().unlock();
    }

    /**
     * From now on nothing may begin.
     *
     * @return whether nothing is under way any more
     */
    boolean await(Duration patience) {
        ending = true;
        try {
            return gate.writeLock().tryLock(patience.toMillis(), TimeUnit.MILLISECONDS); // and never given back
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
