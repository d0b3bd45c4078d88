package io.captioner;

/** A data set cannot be read, or has too little in it for what is asked: the message names the file and the row, or what is missing. */
public final class DatasetException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
