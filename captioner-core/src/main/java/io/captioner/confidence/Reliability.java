package io.captioner.confidence;

/**
 * What a package knows of its own limits, measured on its dev split.
 *
 * @param confidence how probable it is that a caption is good
 * @param familiarity which photos are unlike its training photos
 */
public record Reliability(Confidence confidence, Familiarity familiarity) {}
