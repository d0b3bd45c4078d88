package io.captioner;

/** A call was not answered within its {@link Batching#timeout}. */
public final class DeadlineException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    /** @param message which limit passed and what to do */
    public DeadlineException(String message) {
        super(message);
    }
}
