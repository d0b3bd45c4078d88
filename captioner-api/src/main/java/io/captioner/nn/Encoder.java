package io.captioner.nn;

/** Turns a picture into a grid of feature vectors. */
@FunctionalInterface
public interface Encoder {
    /**
     * Looks at N pictures.
     *
     * @param pixels normalised colours (N, 3, H, W)
     * @return features (N, L, D): L places in row-major order, D channels
     */
    Tensor encode(Tensor pixels);
}
