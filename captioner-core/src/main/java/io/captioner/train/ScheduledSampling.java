package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.model.AttentionLstm;
import io.captioner.model.AttentionRnn;
import io.captioner.model.PlainRnn;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.util.Random;

/**
 * Scheduled sampling (Bengio et al. 2015): in training each word is followed, with a probability that rises from 0, not by the real next word
 * but by the one that the model holds for the likeliest, so that it learns to go on from its own mistakes.
 *
 * <pre>p(x) = maximum * (1 - e(x)),   x = step / steps, 0 to 1</pre>
 *
 * @param curve how e falls from 1
 * @param maximum p at the end; above 0, at most 1; 0.25 is usual
 */
public record ScheduledSampling(Curve curve, double maximum) {
    /** e(x): the paper's curves over the whole training. */
    public enum Curve {
        /** 1 - x. */
        LINEAR,
        /** 0.01 ^ x. */
        EXPONENTIAL,
        /** 1 / (1 + exp(12 (x - 1/2))). */
        INVERSE_SIGMOID
    }

    public ScheduledSampling {
        if (!(maximum > 0 && maximum <= 1)) {
            throw new OptionException(
                    "largest probability of scheduled sampling is " + maximum + "; it must be above 0 and at most 1");
        }
    }

    /**
     * Of the model's own word.
     *
     * @param step from 0
     * @param total steps of the whole training
     */
    double probability(long step, long total) {
        double x = total <= 1 ? 1 : (double) step / (total - 1);
        double kept = switch (curve) {
            case LINEAR -> 1 - x;
            case EXPONENTIAL -> Math.pow(0.01, x);
            case INVERSE_SIGMOID -> 1 / (1 + Math.exp(12 * (x - 0.5)));
        };
        return maximum * (1 - kept);
    }

    /** BOOL, of the captions' shape (N, R, T): where a word is the model's own. Depends on seed and step alone. */
    HostTensor mask(Shape captions, long seed, long step, long total) {
        double p = probability(step, total);
        Random random = Seeds.random(seed, Seeds.OWN_WORDS, step);
        boolean[] mask = new boolean[(int) captions.size()];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = random.nextDouble() < p;
        }
        return HostTensor.ofBooleans(captions, mask);
    }

    /** @throws OptionException where the decoder does not go word by word in training */
    static void check(DecoderArchitecture decoder) {
        if (!(decoder instanceof AttentionLstm || decoder instanceof AttentionRnn || decoder instanceof PlainRnn)) {
            throw new OptionException("scheduled sampling needs a recurrent decoder; "
                    + decoder.getClass().getSimpleName() + " sees all real words of a caption at once: leave it out");
        }
    }
}
