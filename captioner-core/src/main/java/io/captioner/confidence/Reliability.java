package io.captioner.confidence;

import io.captioner.Caption;
import java.util.OptionalDouble;

/**
 * What a package knows of its own limits, measured on photos that it was not trained on; {@link Calibration} makes it.
 *
 * @param confidence how probable it is that a caption is good
 * @param familiarity which photos are unlike its training photos
 */
public record Reliability(Confidence confidence, Familiarity familiarity) {
    /**
     * The caption with its confidence and the flag. One without words is not to be trusted: its confidence is 0.
     *
     * @param unfamiliarity of its photo
     */
    public Caption judge(Caption caption, double unfamiliarity) {
        double good = caption.words().isEmpty() ? 0 : confidence.of(Signs.of(caption.words(), unfamiliarity));
        return new Caption(
                caption.text(),
                caption.words(),
                caption.score(),
                caption.finish(),
                caption.alternatives(),
                caption.modelId(),
                OptionalDouble.of(good),
                familiarity.unlike(unfamiliarity));
    }
}
