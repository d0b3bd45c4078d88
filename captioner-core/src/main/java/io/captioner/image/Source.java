package io.captioner.image;

import io.captioner.ImageException;
import io.captioner.ImageException.Kind;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a picture file with its name and its limit: what every format's decoder reads, and where its errors come from. Reading
 * past the end is the error that the file is truncated.
 *
 * @param rows learns of the picture while it is decoded
 */
record Source(String name, byte[] bytes, long maxPixels, Rows rows) {
    /** No picture is longer than this on one side: longer ones are broken headers, and their filter tables would not fit. */
    private static final int MAX_SIDE = 1_000_000;

    int length() {
        return bytes.length;
    }

    int u8(int at) {
        require(at, 1);
        return bytes[at] & 0xff;
    }

    int u16be(int at) {
        return u8(at) << 8 | u8(at + 1);
    }

    int u16le(int at) {
        return u8(at) | u8(at + 1) << 8;
    }

    int u24le(int at) {
        return u16le(at) | u8(at + 2) << 16;
    }

    long u32be(int at) {
        return (long) u16be(at) << 16 | u16be(at + 2);
    }

    long u32le(int at) {
        return u16le(at) | (long) u16le(at + 2) << 16;
    }

    /** Whether the bytes at {@code at} are these ISO 8859-1 characters; false where the file ends before. */
    boolean has(int at, String characters) {
        byte[] wanted = characters.getBytes(StandardCharsets.ISO_8859_1);
        if (at < 0 || at > bytes.length - wanted.length) {
            return false;
        }
        for (int i = 0; i < wanted.length; i++) {
            if (bytes[at + i] != wanted[i]) {
                return false;
            }
        }
        return true;
    }

    /** Four characters that name a chunk. */
    String tag(int at) {
        require(at, 4);
        return new String(bytes, at, 4, StandardCharsets.ISO_8859_1);
    }

    /** That {@code count} bytes from {@code at} exist. */
    void require(long at, long count) {
        if (at < 0 || count < 0 || at + count > bytes.length) {
            throw truncated(null);
        }
    }

    /** That a picture of this size exists and is within the limit; before anything of its size is allocated. */
    void checkSize(long width, long height) {
        if (width < 1 || height < 1) {
            throw corrupt("it claims " + width + " x " + height + " pixels", null);
        }
        if (width > MAX_SIDE || height > MAX_SIDE || width * height > maxPixels) {
            throw new ImageException(
                    Kind.TOO_LARGE,
                    name + " claims " + width + " x " + height + " pixels; the limit is " + maxPixels + " pixels, and "
                            + MAX_SIDE + " on one side: scale it down first");
        }
    }

    ImageException truncated(@Nullable Throwable cause) {
        return new ImageException(
                Kind.TRUNCATED,
                name + " ends too early (" + bytes.length + " bytes): copy or download it again",
                cause);
    }

    ImageException corrupt(String what, @Nullable Throwable cause) {
        return new ImageException(Kind.CORRUPT, name + " is damaged: " + what + "; copy or download it again", cause);
    }

    ImageException unsupported(String what, @Nullable Throwable cause) {
        return new ImageException(
                Kind.UNSUPPORTED_FORMAT,
                name + " is " + what + ", which is not read: convert it to JPEG, PNG, GIF, BMP, TIFF or WebP",
                cause);
    }
}
