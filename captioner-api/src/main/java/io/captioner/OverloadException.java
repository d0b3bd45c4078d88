package io.captioner;

/** More calls wait than {@link Batching#maxQueue} lets: try again later, or send less. */
public final class OverloadException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    /** @param message what is full and what to do */
    public OverloadException(String message) {
        super(message);
    }
}
