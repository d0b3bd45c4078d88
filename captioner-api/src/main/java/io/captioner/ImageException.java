package io.captioner;

import org.jspecify.annotations.Nullable;

/** A picture cannot be read. {@link #kind} tells why, the message names the picture. */
public final class ImageException extends CaptionerException {
    private static final long serialVersionUID = 1L;

    /** Why a picture cannot be read. */
    public enum Kind {
        /** There is no such file, or nothing at such an address. */
        NOT_FOUND,
        /** The file, stream or address cannot be read. */
        UNREADABLE,
        /** No bytes. */
        EMPTY,
        /** No picture format is recognised. */
        NOT_AN_IMAGE,
        /** A known format that captioner does not read. */
        UNSUPPORTED_FORMAT,
        /** It ends too early. */
        TRUNCATED,
        /** Its structure or a checksum is broken. */
        CORRUPT,
        /** It claims more than 100 million pixels, or it does not fit into the memory of this JVM. */
        TOO_LARGE
    }

    private final Kind kind;

    public ImageException(Kind kind, String message) {
        this(kind, message, null);
    }

    public ImageException(Kind kind, String message, @Nullable Throwable cause) {
        super(message);
        this.kind = kind;
        if (cause != null) {
            initCause(cause);
        }
    }

    /** Why the picture cannot be read. */
    public Kind kind() {
        return kind;
    }
}
