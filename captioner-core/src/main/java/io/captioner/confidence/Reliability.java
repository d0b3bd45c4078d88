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
     * The caption with its confidence and the flag.
     *
     * @param unfamiliarity of its photo
     */
    public Caption judge(Caption caption, double unfamiliarity) {
        return new Caption(
                caption.text(),
                caption.words(),
                caption.score(),
                caption.finish(),
                caption.alternatives(),
                caption.modelId(),
                OptionalDouble.of(confidence.of(Signs.of(caption.words(), unfamiliarity))),
                familiarity.unlike(unfamiliarity));
    }
}
