package io.captioner.model;

/**
 * What the builders of recurrent decoders have in common. Not thread-safe.
 *
 * @param <B> the builder itself
 */
abstract class RecurrentBuilder<B extends RecurrentBuilder<B>> {
    int embeddingSize = 512;
    int hiddenSize = 512;
    double dropout = 0.5;
    double embeddingDropout;
    int featureSize;
    boolean tiedOutput;

    abstract B self();

    /** Default 512. */
    public B embeddingSize(int size) {
        Limits.atLeast("embedding size", size, 1);
        this.embeddingSize = size;
        return self();
    }

    /** Default 512. */
    public B hiddenSize(int size) {
        Limits.atLeast("hidden size", size, 1);
        this.hiddenSize = size;
        return self();
    }

    /** Default 0.5. */
    public B dropout(double share) {
        Limits.share("dropout", share);
        this.dropout = share;
        return self();
    }

    /** Default 0. */
    public B embeddingDropout(double share) {
        Limits.share("embedding dropout", share);
        this.embeddingDropout = share;
        return self();
    }

    /** Default 0, no projection. */
    public B featureSize(int size) {
        Limits.atLeast("feature size", size, 0);
        this.featureSize = size;
        return self();
    }

    /** Default false. */
    public B tiedOutput(boolean tied) {
        this.tiedOutput = tied;
        return self();
    }
}
