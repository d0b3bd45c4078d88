package io.captioner.runtime;

/**
 * Work that other threads do as the one that asked would: ImageIO and DJL look for plug-ins once, with the class loader of the thread that
 * first uses them, and a thread of the common pool has the system's, which does not see those of an application in a loader of its own.
 */
final class CallersLoader {
    private CallersLoader() {}

    /** This work, whoever runs it, with the context class loader of the thread that calls this. */
    static Runnable with(Runnable work) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return () -> {
            Thread thread = Thread.currentThread();
            ClassLoader own = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                work.run();
            } finally {
                thread.setContextClassLoader(own);
            }
        };
    }
}
