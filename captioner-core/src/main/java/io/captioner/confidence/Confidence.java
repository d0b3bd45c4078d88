package io.captioner.confidence;

import io.captioner.ModelException;
import java.util.stream.DoubleStream;

/**
 * The probability that a caption is good: a logistic regression on {@link Signs}, fitted on captions whose references are known.
 *
 * <p><em>Good</em> means: its CIDEr-D against the references is at least {@link #good}, the median that a caption by a person reaches against
 * those of the others. So a confidence of 0.7 says: of ten such captions, seven agree with what people say at least as well as the typical
 * person does.
 *
 * @param good CIDEr-D, 0 to 10
 * @param bias intercept
 * @param meanLogProbability weight of that sign, and so on
 * @param calibrationError expected calibration error over ten bins of equal size, on captions not fitted on (five folds); 0 to 1
 * @param separation area under the curve that tells the best quarter of captions from the worst, on captions not fitted on; 0.5 is chance
 */
public record Confidence(
        double good,
        double bias,
        double meanLogProbability,
        double leastLogProbability,
        double words,
        double unfamiliarity,
        double calibrationError,
        double separation) {
    public Confidence {
        boolean finite = DoubleStream.of(
                        good,
                        bias,
                        meanLogProbability,
                        leastLogProbability,
                        words,
                        unfamiliarity,
                        calibrationError,
                        separation)
                .allMatch(Double::isFinite);
        if (!finite) {
            throw new ModelException("a weight of the confidence is not finite: calibrate the model again");
        }
    }

    /** p = 1 / (1 + exp(-(bias + w . signs))), 0 to 1. */
    public double of(Signs signs) {
        double z = bias
                + meanLogProbability * signs.meanLogProbability()
                + leastLogProbability * signs.leastLogProbability()
                + words * signs.words()
                + unfamiliarity * signs.unfamiliarity();
        return 1 / (1 + Math.exp(-z));
    }
}
