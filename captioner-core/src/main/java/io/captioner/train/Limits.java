package io.captioner.train;

import io.captioner.OptionException;

/** Limits that many settings share; each gives the value back, or names it, the limit and so the cure. */
final class Limits {
    private Limits() {}

    static int atLeast(String name, int value, int minimum) {
        if (value < minimum) {
            throw new OptionException(name + " is " + value + "; it must be at least " + minimum);
        }
        return value;
    }

    static int between(String name, int value, int minimum, int maximum) {
        if (value < minimum || value > maximum) {
            throw new OptionException(name + " is " + value + "; it must be between " + minimum + " and " + maximum);
        }
        return value;
    }

    static double positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new OptionException(name + " is " + value + "; it must be above 0 and finite");
        }
        return value;
    }
}
