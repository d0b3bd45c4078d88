package io.captioner.data;

import io.captioner.image.Filter;
import io.captioner.image.ImageTransform;
import io.captioner.image.RgbImage;
import java.util.Arrays;

/**
 * 64 bits that are alike for pictures that look alike (pHash): which of the 63 slowest waves of the picture, 32 x 32 and grey, are stronger
 * than their median. Scaling, compression and small changes of colour turn few bits; a mirrored or cropped picture has others.
 */
final class PictureHash {
    private static final int SIDE = 32;
    private static final int WAVES = 8;
    private static final ImageTransform SMALL = ImageTransform.squash(SIDE).withFilter(Filter.BILINEAR);
    private static final double[][] COSINES = cosines();

    private PictureHash() {}

    private static double[][] cosines() {
        double[][] cosines = new double[WAVES][SIDE];
        for (int wave = 0; wave < WAVES; wave++) {
            for (int i = 0; i < SIDE; i++) {
                cosines[wave][i] = Math.cos(Math.PI * wave * (2 * i + 1) / (2 * SIDE));
            }
        }
        return cosines;
    }

    static long of(RgbImage picture) {
        byte[] pixels = SMALL.pixels(picture); // (3, 32, 32)
        double[][] rows = new double[WAVES][SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double grey = grey(pixels, y * SIDE + x);
                for (int wave = 0; wave < WAVES; wave++) {
                    rows[wave][y] += grey * COSINES[wave][x];
                }
            }
        }
        double[] strengths = new double[WAVES * WAVES];
        for (int across = 0; across < WAVES; across++) {
            for (int down = 0; down < WAVES; down++) {
                for (int y = 0; y < SIDE; y++) {
                    strengths[across * WAVES + down] += rows[across][y] * COSINES[down][y];
                }
            }
        }
        double[] sorted = Arrays.copyOfRange(strengths, 1, strengths.length); // the first is the mean grey
        Arrays.sort(sorted);
        double median = sorted[sorted.length / 2];
        long hash = 0;
        for (int i = 1; i < strengths.length; i++) {
            hash |= strengths[i] > median ? 1L << i : 0;
        }
        return hash;
    }

    private static double grey(byte[] pixels, int at) {
        int plane = SIDE * SIDE;
        return 0.299 * (pixels[at] & 0xFF)
                + 0.587 * (pixels[plane + at] & 0xFF)
                + 0.114 * (pixels[2 * plane + at] & 0xFF);
    }

    /** How many bits differ, 0 to 63. */
    static int distance(long one, long other) {
        return Long.bitCount(one ^ other);
    }
}
