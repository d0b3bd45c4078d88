package io.captioner.train;

/** By what the dev split chooses the best epoch, ends a training early, and drives a plateau schedule. */
public enum DevMeasure {
    /** Mean negative log-probability of a word; lower is better. */
    LOSS,
    /** CIDEr-D (Vedantam et al. 2015) of captions written with the package's search; higher is better. */
    CIDER_D
}
