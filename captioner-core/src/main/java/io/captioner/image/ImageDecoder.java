package io.captioner.image;

import io.captioner.ImageException;
import io.captioner.ImageException.Kind;
import io.captioner.ImageInput;
import io.captioner.OptionException;

/**
 * Reads a picture as 8-bit RGB, as Pillow's {@code exif_transpose(image).convert("RGB")} does: upright after its EXIF orientation, the
 * first frame of an animation, transparency dropped with the colours below it kept, colour profiles ignored; of 16-bit samples the high
 * byte.
 *
 * <p>The content decides what a file is, not its name. Header and size are checked before anything is decoded; a truncated or damaged
 * file is an error, never half a picture. Nothing is written to disk. Thread-safe.
 */
public final class ImageDecoder {
    /** The largest picture that is read unless the constructor says otherwise: 100 million pixels. */
    public static final long DEFAULT_MAX_PIXELS = 100_000_000L;

    private final long maxPixels;

    /** A decoder with the default limit. */
    public ImageDecoder() {
        this(DEFAULT_MAX_PIXELS);
    }

    /**
     * @param maxPixels width times height of the largest picture that is read, 1 to 700 million (three bytes a pixel fit into one array)
     */
    public ImageDecoder(long maxPixels) {
        if (maxPixels < 1 || maxPixels > 700_000_000L) {
            throw new OptionException("the limit is " + maxPixels + " pixels; it must be between 1 and 700000000");
        }
        this.maxPixels = maxPixels;
    }

    /**
     * Reads the picture.
     *
     * @throws ImageException whose kind says why it cannot be read; its message names the picture
     */
    public RgbImage decode(ImageInput image) {
        return decode(image, Rows.UNSEEN);
    }

    /** @param rows may learn of the picture while it is decoded, and of a picture whose decoding then fails */
    RgbImage decode(ImageInput image, Rows rows) {
        try {
            if (image instanceof ImageInput.Decoded decoded) {
                var picture = decoded.picture();
                new Source(image.name(), new byte[0], maxPixels, rows)
                        .checkSize(picture.getWidth(), picture.getHeight());
                return Rasters.toRgb(picture);
            }
            byte[] content = ((ImageInput.Encoded) image).content().get();
            Source source = new Source(image.name(), content, maxPixels, rows);
            return ImageFormat.of(source).decode(source);
        } catch (OutOfMemoryError e) {
            // the pixels did not fit: nothing is left half done, and the caller can go on with smaller pictures
            throw new ImageException(
                    Kind.TOO_LARGE,
                    image.name() + " does not fit into the memory of this JVM: scale it down or raise -Xmx",
                    e);
        }
    }
}
