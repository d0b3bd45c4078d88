package io.captioner;

/**
 * An option has a value outside of its range, or does not go together with another one or with the model: the message names the option, the
 * value, and the limits or what to do.
 */
public final class OptionException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    public OptionException(String message) {
        super(message);
    }

    public OptionException(String message, Throwable cause) {
        super(message, cause);
    }
}
