package io.captioner.confidence;

import io.captioner.ModelException;

/**
 * Whether a photo is like those that the model was trained on. The photo's unfamiliarity is the mean squared deviation of its pooled features
 * f from the training photos', each channel in units of its own standard deviation:
 *
 * <pre>
 * u = 1/D sum_d ((f_d - mean_d) / scale_d)^2,   f = 1/L sum_l features_l
 * </pre>
 *
 * <p>About 1 for a training photo. The mean and the scale are tensors of the package, {@code familiarity.mean} and {@code familiarity.scale}
 * (D); the backend computes u beside the caption.
 *
 * @param threshold of u, above which a photo counts as unlike the training photos
 */
public record Familiarity(double threshold) {
    /** Where the package keeps the tensors. */
    public static final String SCOPE = "familiarity";

    public Familiarity {
        if (!(threshold > 0 && Double.isFinite(threshold))) {
            throw new ModelException("the threshold of unfamiliarity is " + threshold + "; it must be above 0 and finite");
        }
    }

    public boolean unlike(double unfamiliarity) {
        return unfamiliarity > threshold;
    }
}
