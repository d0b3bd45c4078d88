package io.captioner;

/** A backend, device or runtime is missing or failed: the message names it and the cure. */
public final class BackendException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    public BackendException(String message) {
        super(message);
    }

    public BackendException(String message, Throwable cause) {
        super(message, cause);
    }
}
