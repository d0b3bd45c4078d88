package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder.Rollout;
import io.captioner.nn.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What training minimises: the cross entropy of the real next words, plus the doubly stochastic term of Xu et al. 2015, equation 14,
 * which asks that over a caption each place of the picture be looked at about once.
 *
 * @param labelSmoothing s: a share of the target that is spread evenly over all words (Szegedy et al. 2016), 0 to below 1
 * @param doublyStochastic lambda: weight of the second term, at least 0
 */
public record CaptionLoss(double labelSmoothing, double doublyStochastic) {
    private static final long PADDING = 0;

    public CaptionLoss {
        if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
            throw new OptionException("label smoothing is " + labelSmoothing + "; it must be at least 0 and below 1");
        }
        if (!(doublyStochastic >= 0 && doublyStochastic <= Float.MAX_VALUE)) {
            throw new OptionException("weight of the doubly stochastic term is " + doublyStochastic
                    + "; it must be at least 0 and finite");
        }
    }

    /**
     * @param total what is minimised: cross entropy with smoothed labels + lambda * doubly stochastic term
     * @param crossEntropy mean of -log p(word), without smoothing, in nats
     * @param doublyStochastic the second term before its weight
     */
    public record Terms(Tensor total, Tensor crossEntropy, Tensor doublyStochastic) {}

    /**
     * The loss of a batch; three FLOAT32 scalars. A caption that is all padding counts nowhere.
     *
     * @param rollout of these captions
     * @param captions INT64 (N, R, T): start, words, end, then padding 0
     */
    public Terms of(Rollout rollout, Tensor captions) {
        return of(rollout, captions, null);
    }

    /**
     * The loss of a part of a batch: over all parts each term adds up to that of the whole batch.
     *
     * @param totals FLOAT32 (2): words to be predicted and captions in the whole batch
     */
    Terms ofPart(Rollout rollout, Tensor captions, Tensor totals) {
        return of(rollout, captions, totals);
    }

    private Terms of(Rollout rollout, Tensor captions, @Nullable Tensor totals) {
        Tensor words = totals == null ? null : totals.slice(0, 0, 1).squeeze(0);
        Tensor rows = totals == null ? null : totals.slice(0, 1, 2).squeeze(0);
        Tensor targets = captions.slice(2, 1, Long.MAX_VALUE); // (N, R, T - 1)
        Tensor real = targets.equalTo(captions.algebra().scalar(PADDING)).not().to(DType.FLOAT32); // (N, R, T - 1)
        Tensor logProbabilities = rollout.logits().logSoftmax(-1); // (N, R, T - 1, V)
        // -log p(w)
        Tensor surprise =
                logProbabilities.gather(-1, targets.expandDims(-1)).squeeze(-1).negate(); // (N, R, T - 1)
        Tensor crossEntropy = meanWhere(real, surprise, words);
        Tensor attention = doublyStochastic(rollout.alphas(), real, rows);
        Tensor total = crossEntropy;
        // With a share or weight of 0 no gradient has to go through a term.
        if (labelSmoothing > 0) {
            // (1 - s) * -log p(w) + s * mean over V of -log p
            Tensor even = meanWhere(real, logProbabilities.mean(false, -1).negate(), words);
            total = crossEntropy.times((float) (1 - labelSmoothing)).plus(even.times((float) labelSmoothing));
        }
        if (doublyStochastic > 0) {
            total = total.plus(attention.times((float) doublyStochastic));
        }
        return new Terms(total, crossEntropy, attention);
    }

    private static Tensor doublyStochastic(Tensor alphas, Tensor real, @Nullable Tensor rows) {
        // mean over captions and places of (1 - sum_t alpha_ti)^2
        Tensor seen = alphas.times(real.expandDims(-1)).sum(false, 2); // (N, R, L)
        Tensor missing = seen.negate().plus(1f);
        Tensor ofCaption = missing.times(missing).mean(false, 2); // (N, R)
        return meanWhere(real.max(false, 2), ofCaption, rows);
    }

    /** @param count what is divided by, or null for as many as the mask lets through */
    private static Tensor meanWhere(Tensor mask, Tensor values, @Nullable Tensor count) {
        // A batch without any real word has loss 0, not 0 / 0.
        Tensor some = count == null ? mask.sum(false).clamp(1, Float.MAX_VALUE) : count;
        return values.times(mask).sum(false).dividedBy(some);
    }
}
