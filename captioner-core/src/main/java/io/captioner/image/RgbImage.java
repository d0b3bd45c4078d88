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

    /**
     * Cuts out a rectangle that lies within the picture.
     *
     * @throws IllegalArgumentException when it does not
     */
    public RgbImage part(int left, int top, int width, int height) {
        if (left < 0 || top < 0 || width < 1 || height < 1 || left > this.width - width || top > this.height - height) {
            throw new IllegalArgumentException(width + " x " + height + " pixels at (" + left + ", " + top
                    + ") are not within a picture of " + this);
        }
        byte[] cut = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(samples, 3 * ((top + y) * this.width + left), cut, 3 * y * width, 3 * width);
        }
        return new RgbImage(width, height, cut);
    }

    /** For example {@code 500 x 375}. */
    @Override
    public String toString() {
        return width + " x " + height;
    }
}
