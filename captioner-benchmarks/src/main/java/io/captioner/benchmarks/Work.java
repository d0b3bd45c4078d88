package io.captioner.benchmarks;

/**
 * Something to time.
 *
 * @param name of what is compared, for example {@code train.full}
 * @param unit how many units a run does, for rates; 1 where the time itself counts
 * @param run does it once
 */
record Work(String name, int unit, Runnable run) {
    double seconds() {
        long start = System.nanoTime();
        run.run();
        return (System.nanoTime() - start) / 1e9;
    }
}
