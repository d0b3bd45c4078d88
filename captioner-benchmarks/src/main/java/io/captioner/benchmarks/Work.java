package io.captioner.benchmarks;

/**
 * Something to time.
 *
 * @param name of what is compared, for example {@code train.full}
 * @param unit how many units a run does, for rates; 1 where the time itself counts
 * @param run does it once
 */
record Work(String name, int unit, Runnable run) {
    /** A work so short that a run does it several times; its unit is one of them. */
    static Work repeated(String name, int times, Runnable once) {
        return new Work(name, times, () -> {
            for (int i = 0; i < times; i++) {
                once.run();
            }
        });
    }

    /** Of a run. */
    double seconds() {
        long start = System.nanoTime();
        run.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Of a unit. */
    double secondsEach() {
        return seconds() / unit;
    }
}
