package io.captioner.benchmarks;

/**
 * A number to reach.
 *
 * @param key of {@code ratios.json}
 * @param bound what is at least, or at most, wanted
 * @param atMost whether less is better
 * @param what the number is
 */
record Target(String key, double bound, boolean atMost, String what) {
    static Target atLeast(String key, double bound, String what) {
        return new Target(key, bound, false, what);
    }

    static Target atMost(String key, double bound, String what) {
        return new Target(key, bound, true, what);
    }

    boolean met(double measured) {
        return atMost ? measured <= bound : measured >= bound;
    }
}
