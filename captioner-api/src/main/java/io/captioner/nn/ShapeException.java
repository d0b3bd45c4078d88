package io.captioner.nn;

import io.captioner.CaptionerException;

/** Operands of an operation do not fit: the message names the operation, the shapes and what was expected. */
public final class ShapeException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }
}
