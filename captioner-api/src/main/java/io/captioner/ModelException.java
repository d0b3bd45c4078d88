package io.captioner;

/** A model package is missing, damaged or does not fit: the message names the file or tensor and what to do. */
public final class ModelException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    public ModelException(String message) {
        super(message);
    }

    public ModelException(String message, Throwable cause) {
        super(message, cause);
    }
}
