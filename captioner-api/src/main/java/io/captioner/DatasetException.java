package io.captioner;

/** A data set cannot be read: the message names the file and the row. */
public final class DatasetException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
