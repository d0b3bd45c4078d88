package io.captioner.train;

import io.captioner.nn.Algebra;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder.Rollout;
import io.captioner.nn.Tensor;
import java.util.List;

/** What every training program gives: the loss first, as a training session expects it. */
final class TrainingOutputs {
    static final List<String> NAMES = List.of("loss", "cross_entropy", "words");

    private static final long PADDING = 0;

    private TrainingOutputs() {}

    /**
     * @param captions INT64 (N, R, T)
     * @return the loss; the cross entropy of a word, in evaluation the plain one, without smoothing; the number of words, INT64
     */
    static List<Tensor> of(CaptionLoss loss, Rollout rollout, Tensor captions) {
        Algebra algebra = captions.algebra();
        CaptionLoss.Terms terms = loss.of(rollout, captions);
        Tensor crossEntropy = terms.crossEntropy();
        if (!algebra.training() && loss.labelSmoothing() > 0) {
            crossEntropy = new CaptionLoss(0, 0).of(rollout, captions).crossEntropy();
        }
        return List.of(terms.total(), crossEntropy, words(captions));
    }

    /** #{(n, r, t > 0): caption is not padding}, INT64 (). */
    static Tensor words(Tensor captions) {
        Tensor targets = captions.slice(2, 1, Long.MAX_VALUE);
        return targets.equalTo(captions.algebra().scalar(PADDING))
                .not()
                .to(DType.INT64)
                .sum(false);
    }
}
