package io.captioner.image;

/** Which way up a picture is stored: the eight values of EXIF's Orientation (tag 274). */
final class Orientation {
    static final int UPRIGHT = 1;

    private Orientation() {}

    /** The orientation that EXIF data (a TIFF structure) name; 1 where they name none, or one that does not exist. */
    static int ofExif(byte[] bytes, int from, int to) {
        long value = new TiffDirectory(bytes, from, to).value(TiffDirectory.ORIENTATION, UPRIGHT);
        return value >= 1 && value <= 8 ? (int) value : UPRIGHT;
    }

    /** The picture turned and mirrored until it is upright. */
    static RgbImage upright(RgbImage stored, int orientation) {
        if (orientation == UPRIGHT) {
            return stored;
        }
        int w = stored.width();
        int h = stored.height();
        // The stored pixel (x, y) of the upright pixel (u, v) is linear in both: its index is origin + u * right + v *
        // down.
        boolean turned = orientation >= 5;
        int last = w - 1;
        int bottom = (h - 1) * w;
        int[] walk = switch (orientation) {
            case 2 -> new int[] {last, -1, w}; // mirrored
            case 3 -> new int[] {bottom + last, -1, -w}; // upside down
            case 4 -> new int[] {bottom, 1, -w}; // upside down and mirrored
            case 5 -> new int[] {0, w, 1}; // transposed
            case 6 -> new int[] {bottom, -w, 1}; // turn it clockwise
            case 7 -> new int[] {bottom + last, -w, -1}; // transposed the other way
            case 8 -> new int[] {last, w, -1}; // turn it counter-clockwise
            default -> throw new IllegalArgumentException("orientation " + orientation);
        };
        int width = turned ? h : w;
        int height = turned ? w : h;
        byte[] from = stored.samples();
        byte[] to = new byte[from.length];
        int at = 0;
        for (int v = 0; v < height; v++) {
            int pixel = walk[0] + v * walk[2];
            for (int u = 0; u < width; u++, pixel += walk[1]) {
                to[at++] = from[3 * pixel];
                to[at++] = from[3 * pixel + 1];
                to[at++] = from[3 * pixel + 2];
            }
        }
        return new RgbImage(width, height, to);
    }
}
