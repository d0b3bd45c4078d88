package io.captioner.train;

import io.captioner.OptionException;

/** What happens to gradients before the update. */
public sealed interface GradientClip {
    /** Nothing. */
    record None() implements GradientClip {}

    /**
     * All gradients are scaled by min(1, maximum / (norm + 1e-6)), norm over all of them (Pascanu et al. 2013).
     *
     * @param maximum above 0
     */
    record GlobalNorm(double maximum) implements GradientClip {
        public GlobalNorm {
            check(maximum);
        }
    }

    /**
     * Each element is limited to [-maximum, maximum].
     *
     * @param maximum above 0
     */
    record Value(double maximum) implements GradientClip {
        public Value {
            check(maximum);
        }
    }

    static GradientClip none() {
        return new None();
    }

    static GradientClip globalNorm(double maximum) {
        return new GlobalNorm(maximum);
    }

    static GradientClip value(double maximum) {
        return new Value(maximum);
    }

    private static void check(double maximum) {
        if (!(maximum > 0)) {
            throw new OptionException("gradient clip is " + maximum + "; it must be above 0");
        }
    }
}
