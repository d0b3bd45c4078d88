package io.captioner;

/** Limits that many options share; each names the value, the limit and so the cure. */
final class Limits {
    private Limits() {}

    static void between(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new OptionException(name + " is " + value + "; it must be between " + min + " and " + max);
        }
    }

    static void between(String name, double value, int low, int high) {
        if (!(value >= low && value <= high)) {
            throw new OptionException(name + " is " + value + "; it must be between " + low + " and " + high);
        }
    }

    static void above(String name, double value, int low, int high) {
        if (!(value > low && value <= high)) {
            throw new OptionException(name + " is " + value + "; it must be above " + low + " and at most " + high);
        }
    }
}
