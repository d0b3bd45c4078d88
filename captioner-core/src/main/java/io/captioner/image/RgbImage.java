package io.captioner.image;

/**
 * A decoded picture: 8 bits a sample, rows from the top, pixels from the left, three bytes (red, green, blue) a pixel. Its array is not
 * copied: treat it as immutable once handed on.
 */
public final class RgbImage {
    private final int width;
    private final int height;
    private final byte[] samples;

    /**
     * @param width in pixels, at least 1
     * @param height in pixels, at least 1
     * @param samples width * height * 3 of them, (height, width, 3) row-major; kept, not copied
     */
    public RgbImage(int width, int height, byte[] samples) {
        if (width < 1 || height < 1 || samples.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    samples.length + " samples are no picture of " + width + " x " + height + " RGB pixels");
        }
        this.width = width;
        this.height = height;
        this.samples = samples;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** (height, width, 3) row-major, each byte read as 0..255; not a copy. */
    public byte[] samples() {
        return samples;
    }

    /** For example {@code 500 x 375}. */
    @Override
    public String toString() {
        return width + " x " + height;
    }
}
