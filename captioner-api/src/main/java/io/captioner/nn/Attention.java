package io.captioner.nn;

/** Looks at the places of a picture, asked by a decoder's hidden state. */
public interface Attention {
    /**
     * What of the features does not depend on the hidden state, computed once per image.
     *
     * @param features (N, L, D)
     * @return keys (N, L, A)
     */
    Tensor keys(Tensor features);

    /**
     * Looks once, for each row.
     *
     * @param features (N, L, D)
     * @param keys what {@link #keys} gave for them
     * @param hidden (N, R, H): R rows share an image, as the beams of a search or the captions of a training batch do
     */
    Attended attend(Tensor features, Tensor keys, Tensor hidden);

    /**
     * What was seen.
     *
     * @param context weighted features (N, R, D)
     * @param alpha the weights (N, R, L), non-negative and of sum 1 over the places
     */
    record Attended(Tensor context, Tensor alpha) {}
}
