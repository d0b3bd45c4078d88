package io.captioner.train;

import io.captioner.nn.DType;
import io.captioner.nn.Decoder.Rollout;
import io.captioner.nn.LatentDecoder;
import io.captioner.nn.LatentDecoder.Posterior;
import io.captioner.nn.LatentDecoder.Regulariser;
import io.captioner.nn.Program.Port;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import java.util.List;

/**
 * A decoder with a latent over given captions: the captions rolled out from latents of their own, and what holds these to the prior. N
 * images, R captions of each, Z numbers of a latent.
 *
 * @param posterior q(z | picture, caption)
 * @param latent a draw of it (N, R, Z); in evaluation its mean
 * @param rollout from that
 * @param regulariser of that
 */
record LatentTerms(Posterior posterior, Tensor latent, Rollout rollout, Regulariser regulariser) {
    /** What the penalty counts in the loss: FLOAT32 scalar. */
    static final Port WEIGHT = new Port("latent_weight", DType.FLOAT32, Shape.of());

    private static final long PADDING = 0;

    static LatentTerms of(LatentDecoder decoder, Tensor features, Tensor captions) {
        Posterior posterior = decoder.posterior(features, captions);
        return at(decoder, features, captions, posterior, posterior.mean().noise());
    }

    /** @param epsilon standard normal (N, R, Z) */
    static LatentTerms at(
            LatentDecoder decoder, Tensor features, Tensor captions, Posterior posterior, Tensor epsilon) {
        Tensor z = posterior.at(epsilon); // (N, R, Z)
        Rollout rollout = decoder.teacherForced(decoder.start(features, z), captions);
        return new LatentTerms(posterior, z, rollout, decoder.regulariser(posterior, z));
    }

    /**
     * The outputs of a training program. The cross entropy of an evaluation has the penalty in it: the captions alone would tell their words
     * through their latents, so that no epoch were better than one that leaves the prior behind. With the KL divergence and a weight of one
     * over the words of a caption it is the variational bound of a word's surprise.
     *
     * @param captions INT64 (N, R, T)
     * @param weight of the penalty, scalar
     */
    List<Tensor> outputs(CaptionLoss loss, Tensor captions, Tensor weight) {
        List<Tensor> plain = TrainingOutputs.of(loss, rollout, captions);
        // loss = captions' loss + weight * mean over captions of the penalty + mean of the critic's own
        Tensor paid = weight.times(mean(regulariser.penalty(), captions));
        Tensor total = plain.get(0).plus(paid);
        if (regulariser.critic() != null) {
            total = total.plus(mean(regulariser.critic(), captions));
        }
        Tensor crossEntropy =
                captions.algebra().training() ? plain.get(1) : plain.get(1).plus(paid);
        return List.of(total, crossEntropy, plain.get(2));
    }

    /** Mean over the captions that are not all padding; values (N, R). */
    static Tensor mean(Tensor values, Tensor captions) {
        Tensor real = real(captions);
        return values.times(real).sum(false).dividedBy(real.sum(false).clamp(1, Float.MAX_VALUE));
    }

    /** 1 for a caption, 0 for padding in its place (N, R). */
    private static Tensor real(Tensor captions) {
        Tensor first = captions.slice(2, 0, 1).squeeze(2); // (N, R)
        return first.equalTo(captions.algebra().scalar(PADDING)).not().to(DType.FLOAT32);
    }
}
