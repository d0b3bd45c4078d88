package io.captioner.nn;

import org.jspecify.annotations.Nullable;

/**
 * A decoder that writes from a latent vector beside the picture, so that one picture has many captions: a conditional variational
 * autoencoder (Kingma and Welling 2014; Sohn et al. 2015). In training the latent comes from picture and caption; when a caption is written it
 * is drawn from the prior, a standard normal. N images, R captions of each, Z numbers of a latent.
 *
 * <p>As a plain {@link Decoder} it writes from the prior's mean, a latent of zeros. Its architecture tells Z:
 * {@link DecoderArchitecture#latentSize()}.
 */
public interface LatentDecoder extends Decoder {
    /**
     * @param features (N, L, D)
     * @param latent z, one for each caption (N, R, Z)
     * @return the state before the first word, of R rows
     */
    State start(Tensor features, Tensor latent);

    /**
     * The recognition network: which latents a caption of a picture may have come from.
     *
     * @param features (N, L, D)
     * @param captions INT64 (N, R, T): start, words, end, padding 0
     */
    Posterior posterior(Tensor features, Tensor captions);

    /**
     * What holds the latents of the training captions to the prior. The KL divergence unless it is overridden.
     *
     * @param latent drawn from the posterior (N, R, Z)
     */
    default Regulariser regulariser(Posterior posterior, Tensor latent) {
        return new Regulariser(posterior.divergence(), null);
    }

    /**
     * q(z | picture, caption), a normal distribution of independent numbers.
     *
     * @param mean mu (N, R, Z)
     * @param logVariance log sigma^2 (N, R, Z)
     */
    record Posterior(Tensor mean, Tensor logVariance) {
        /** A draw that gradients go through: z = mu + sigma * epsilon, with {@code epsilon} standard normal (N, R, Z). */
        public Tensor at(Tensor epsilon) {
            return logVariance.times(0.5f).exp().times(epsilon).plus(mean); // (N, R, Z)
        }

        /** KL(q || N(0, 1)) = -1/2 sum_z (1 + log sigma^2 - mu^2 - sigma^2) of each caption, in nats (N, R). */
        public Tensor divergence() {
            return mean.times(mean)
                    .plus(logVariance.exp())
                    .minus(logVariance)
                    .minus(1f)
                    .sum(false, -1)
                    .times(0.5f);
        }
    }

    /**
     * Two terms of the loss of each caption.
     *
     * @param penalty what the posterior pays for leaving the prior (N, R), weighed by the training's recipe
     * @param critic what only the measure itself learns from, a discriminator's own loss (N, R), of weight 1; null where nothing is to learn
     */
    record Regulariser(Tensor penalty, @Nullable Tensor critic) {}
}
