package io.captioner;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A picture to caption. Nothing is read before the captioner asks for it, except from a stream: what is wrong with a picture comes to light
 * there, as an {@link ImageException}. JPEG, PNG, GIF (first frame), BMP, TIFF and WebP of up to 100 million pixels are read, whatever the file is
 * called; EXIF's orientation is heeded, grey, palette and CMYK pictures become RGB, and colour profiles are not applied.
 *
 * <p>Immutable, but for a {@link BufferedImage}, which is not copied. One picture may be captioned again and again, by several threads; a file or
 * address is read anew each time.
 */
public sealed interface ImageInput {
    /** How messages name this picture: its path or address, or what it was made from. */
    String name();

    /** A file. */
    static ImageInput of(Path file) {
        return new Encoded(file.toString(), () -> read(file));
    }

    /** The content of an image file; the bytes are copied. */
    static ImageInput of(byte[] content) {
        byte[] copy = content.clone();
        return new Encoded(copy.length + " bytes", () -> copy);
    }

    /**
     * Reads the stream, the content of an image file, to its end at once; closing it is left to the caller.
     *
     * @throws ImageException when that fails
     */
    static ImageInput of(InputStream stream) {
        try {
            byte[] content = stream.readAllBytes();
            return new Encoded("a stream of " + content.length + " bytes", () -> content);
        } catch (IOException e) {
            throw new ImageException(ImageException.Kind.UNREADABLE, "the stream cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * A {@code file:}, {@code jar:}, {@code http:} or {@code https:} address, opened when the captioner asks for it; a server has 10 seconds to
     * connect and 30 to go on. Addresses that strangers name are the application's to check.
     */
    static ImageInput of(URI address) {
        return new Encoded(address.toString(), () -> read(address));
    }

    /** A decoded picture; transparency is dropped, its colours stay. */
    static ImageInput of(BufferedImage picture) {
        return new Decoded(picture);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new ImageException(ImageException.Kind.NOT_FOUND, file + " does not exist", e);
        } catch (IOException e) {
            String reason = Files.isDirectory(file) ? "it is a folder" : String.valueOf(e.getMessage());
            throw new ImageException(ImageException.Kind.UNREADABLE, file + " cannot be read: " + reason, e);
        }
    }

    private static byte[] read(URI address) {
        String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
        try {
            if (scheme.equals("file")) {
                return read(Path.of(address));
            }
            if (!scheme.equals("http") && !scheme.equals("https") && !scheme.equals("jar")) {
                throw new ImageException(
                        ImageException.Kind.UNREADABLE,
                        address + " cannot be read: the scheme must be file, jar, http or https");
            }
            var connection = address.toURL().openConnection();
            connection.setConnectTimeout(10_000);
            connection.setReadTimeout(30_000);
            try (InputStream stream = connection.getInputStream()) {
                return stream.readAllBytes();
            }
        } catch (java.io.FileNotFoundException e) {
            throw new ImageException(ImageException.Kind.NOT_FOUND, address + " does not exist", e);
        } catch (IOException | IllegalArgumentException | FileSystemNotFoundException e) {
            throw new ImageException(ImageException.Kind.UNREADABLE, address + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * A picture still in its file format.
     *
     * @param name how messages name it
     * @param content gives the file's bytes; throws {@link ImageException}
     */
    record Encoded(String name, java.util.function.Supplier<byte[]> content) implements ImageInput {}

    /**
     * A picture in memory.
     *
     * @param picture of any colour model
     */
    record Decoded(BufferedImage picture) implements ImageInput {
        @Override
        public String name() {
            return "a picture of " + picture.getWidth() + " x " + picture.getHeight();
        }
    }
}
