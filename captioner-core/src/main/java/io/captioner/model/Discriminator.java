package io.captioner.model;

import io.captioner.nn.LatentDecoder.Regulariser;
import io.captioner.nn.Parameters;
import io.captioner.nn.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells latents of captions from draws of the prior (Goodfellow et al. 2014; Makhzani et al. 2015): D(z) = sigmoid(W_3 relu(W_2 relu(W_1 z))),
 * the probability that z is a draw. Both players learn in one step: each sees the other as constant.
 *
 * @param layers Z to U, U to U, U to 1
 */
record Discriminator(List<Linear> layers) {
    static Discriminator of(Parameters parameters, int latentSize, int units) {
        return new Discriminator(List.of(
                Linear.of(parameters.scope("0"), latentSize, units),
                Linear.of(parameters.scope("2"), units, units),
                Linear.of(parameters.scope("4"), units, 1)));
    }

    /** @param latent of the captions (N, R, Z) */
    Regulariser regulariser(Tensor latent) {
        // the recognition network learns from BCE(D(z), 1) = -log D(z)
        Tensor penalty = surprise(constant().logit(latent)); // (N, R)
        // the discriminator from BCE(D(draw), 1) + BCE(D(z), 0) = -log D(draw) - log(1 - D(z))
        Tensor critic = surprise(logit(latent.noise()))
                .plus(surprise(logit(latent.detached()).negate())); // (N, R)
        return new Regulariser(penalty, critic);
    }

    /** log(D / (1 - D)): (N, R, Z) to (N, R). */
    private Tensor logit(Tensor latent) {
        Tensor x = layers.get(0).apply(latent).relu(); // (N, R, U)
        x = layers.get(1).apply(x).relu(); // (N, R, U)
        return layers.get(2).apply(x).squeeze(-1); // (N, R)
    }

    /** -log sigmoid(x) = log(1 + exp(-x)), without overflow: max(-x, 0) + log(1 + exp(-|x|)). */
    private static Tensor surprise(Tensor x) {
        Tensor below = x.negate().relu();
        Tensor distance = below.plus(x.relu()); // |x|
        return below.plus(distance.negate().exp().plus(1f).log());
    }

    private Discriminator constant() {
        return new Discriminator(layers.stream()
                .map(layer -> new Linear(layer.weight().detached(), detached(layer.bias())))
                .toList());
    }

    private static @Nullable Tensor detached(@Nullable Tensor tensor) {
        return tensor == null ? null : tensor.detached();
    }
}
