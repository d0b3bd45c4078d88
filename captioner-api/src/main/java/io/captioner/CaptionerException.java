package io.captioner;

/**
 * The root of everything that captioner throws on bad input or a failing runtime. The message says what is wrong and what to do.
 * Its kinds: {@link ImageException}, {@link ModelException}, {@link BackendException}, {@link OptionException}, {@link
 * DatasetException}; {@link OverloadException} and {@link DeadlineException} of {@link Captioner#captionAsync(ImageInput)}; and {@link
 * io.captioner.nn.ShapeException} for authors of models.
 */
public class CaptionerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CaptionerException(String message) {
        super(message);
    }

    public CaptionerException(String message, Throwable cause) {
        super(message, cause);
    }
}
