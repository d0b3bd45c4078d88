package io.captioner.weights;

import io.captioner.nn.WeightSource;

/**
 * What a quantised model keeps beside its weights: {@code activation_range/...}, FLOAT32 (2), the smallest and the largest value of an
 * activation. They hold for these weights alone: who changes the weights leaves them behind, and the model computes in 32 bits again.
 */
public final class ActivationRanges {
    /** How their names begin. */
    public static final String PREFIX = "activation_range/";

    private ActivationRanges() {}

    /** Whether a tensor is one: of the model itself, or, behind a scope that ends with a dot, of an ensemble's member. */
    public static boolean is(String name) {
        int at = name.indexOf(PREFIX);
        return at == 0 || at > 0 && name.charAt(at - 1) == '.';
    }

    /** Whether there are any. */
    public static boolean areIn(WeightSource weights) {
        return weights.names().stream().anyMatch(ActivationRanges::is);
    }

    /** The weights alone. */
    public static Weights without(WeightSource weights) {
        return Weights.of(weights).filtered(name -> !is(name));
    }
}
