package io.captioner.model;

import io.captioner.OptionException;

/** Limits that many hyper-parameters share; each names the value, the limit and so the cure. */
final class Limits {
    private Limits() {}

    static void atLeast(String name, int value, int min) {
        if (value < min) {
            throw new OptionException(name + " is " + value + "; it must be at least " + min);
        }
    }

    /** 0 to below 1. */
    static void share(String name, double value) {
        if (!(value >= 0 && value < 1)) {
            throw new OptionException(name + " is " + value + "; it must be at least 0 and below 1");
        }
    }

    static void divides(String name, int value, int heads) {
        if (value % heads != 0) {
            throw new OptionException(
                    name + " is " + value + "; it must be a multiple of the number of heads, " + heads);
        }
    }

    static void tied(boolean tiedOutput, int embeddingSize, int hiddenSize) {
        if (tiedOutput && embeddingSize != hiddenSize) {
            throw new OptionException("a tied output needs equal sizes of embedding and hidden state; they are "
                    + embeddingSize + " and " + hiddenSize);
        }
    }

    /** Those of every recurrent decoder. */
    static void recurrent(
            int embeddingSize,
            int hiddenSize,
            int featureSize,
            double dropout,
            double embeddingDropout,
            boolean tiedOutput) {
        atLeast("embedding size", embeddingSize, 1);
        atLeast("hidden size", hiddenSize, 1);
        atLeast("feature size", featureSize, 0);
        share("dropout", dropout);
        share("embedding dropout", embeddingDropout);
        tied(tiedOutput, embeddingSize, hiddenSize);
    }
}
