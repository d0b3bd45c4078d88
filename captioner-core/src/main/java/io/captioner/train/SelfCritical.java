package io.captioner.train;

import io.captioner.OptionException;

/**
 * Self-critical sequence training (Rennie et al. 2017): a phase of training, after one by cross entropy, in which the model writes captions
 * of the training pictures and learns to write those that are better than a baseline more often, the others less. How good a caption is, its
 * reward, is CIDEr-D against the picture's captions, with document frequencies of the train split.
 *
 * <p>The end counts as a word, in captions and in references: else a caption would earn most where it stops in mid-air. Unknown words are
 * never written, so they earn nothing.
 *
 * @param samples captions drawn of a picture in each step, 1 to 63
 * @param baseline what a caption is compared with
 * @param bleuWeight weight of BLEU-4 (0 to 1) beside CIDEr-D (0 to 10); at least 0
 * @param temperature that divides the logits of captions drawn, and those of the loss; above 0 to 100
 * @param dropout whether the pass that learns drops as training by cross entropy does. Captions are drawn without it: with it the pass would
 *     learn from captions of another model than its own
 */
public record SelfCritical(int samples, Baseline baseline, double bleuWeight, double temperature, boolean dropout) {
    /** What a caption must beat. */
    public enum Baseline {
        /** The caption that the model writes when it takes the likeliest words, as its user will see it (Rennie et al. 2017). */
        GREEDY,
        /** The mean of the picture's other samples (Luo 2020), which costs no pass of its own; needs two samples. */
        OTHER_SAMPLES
    }

    private static final int MOST_SAMPLES = 63;
    private static final double HIGHEST_TEMPERATURE = 100;

    public SelfCritical {
        Limits.between(
                "number of samples of a picture", samples, baseline == Baseline.OTHER_SAMPLES ? 2 : 1, MOST_SAMPLES);
        if (!(bleuWeight >= 0 && bleuWeight <= Float.MAX_VALUE)) {
            throw new OptionException("weight of BLEU-4 is " + bleuWeight + "; it must be at least 0 and finite");
        }
        if (!(temperature > 0 && temperature <= HIGHEST_TEMPERATURE)) {
            throw new OptionException(
                    "temperature is " + temperature + "; it must be above 0 and at most " + HIGHEST_TEMPERATURE);
        }
    }

    /** Five samples against the greedy caption, CIDEr-D alone, temperature 1, no dropout. */
    public static SelfCritical greedyBaseline() {
        return new SelfCritical(5, Baseline.GREEDY, 0, 1, false);
    }

    /** Five samples, each against the mean of the others, CIDEr-D alone, temperature 1, no dropout. */
    public static SelfCritical otherSamplesBaseline() {
        return new SelfCritical(5, Baseline.OTHER_SAMPLES, 0, 1, false);
    }

    /** The same with other {@link #samples}. */
    public SelfCritical withSamples(int count) {
        return new SelfCritical(count, baseline, bleuWeight, temperature, dropout);
    }

    /** The same with another {@link #bleuWeight}. */
    public SelfCritical withBleuWeight(double weight) {
        return new SelfCritical(samples, baseline, weight, temperature, dropout);
    }

    /** The same with another {@link #temperature}. */
    public SelfCritical withTemperature(double value) {
        return new SelfCritical(samples, baseline, bleuWeight, value, dropout);
    }

    /** The same with or without {@link #dropout}. */
    public SelfCritical withDropout(boolean wanted) {
        return new SelfCritical(samples, baseline, bleuWeight, temperature, wanted);
    }
}
