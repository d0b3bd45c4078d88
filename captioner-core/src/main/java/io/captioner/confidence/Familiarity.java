package io.captioner.confidence;

import io.captioner.ModelException;

/**
 * Whether a photo is like those that the model was trained on. Its unfamiliarity is the mean squared deviation of the logarithms of its
 * pooled features f from the training photos', each channel in units of its own standard deviation:
 *
 * <pre>
 * u = 1/D sum_d ((g(f_d) - mean_d) / scale_d)^2
 * f = 1/L sum_l features_l
 * g(x) = log(max(x, 0) + e) - log(max(-x, 0) + e),   e = 0.01
 * </pre>
 *
 * <p>About 1 for a training photo. The logarithm is what tells: a channel that is silent in a drawing, and that is never quite silent in a
 * photo, counts as much as one that is loud. The mean and the scale are tensors of the package, {@code familiarity.mean} and {@code
 * familiarity.scale} (D); the backend computes u beside the caption.
 *
 * @param threshold of u, above which a photo counts as unlike the training photos
 */
public record Familiarity(double threshold) {
    /** Where the package keeps the tensors. */
    public static final String SCOPE = "familiarity";

    /** e. */
    public static final float SILENCE = 0.01f;

    public Familiarity {
        if (!(threshold > 0 && Double.isFinite(threshold))) {
            throw new ModelException(
                    "the threshold of unfamiliarity is " + threshold + "; it must be above 0 and finite");
        }
    }

    public boolean unlike(double unfamiliarity) {
        return unfamiliarity > threshold;
    }
}
