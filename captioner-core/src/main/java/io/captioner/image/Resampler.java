package io.captioner.image;

import java.util.Arrays;

/**
 * Resizing as Pillow does it, bit for bit: two passes, columns and rows, each with weights in fixed point and rounded to 8 bits. Only
 * the window of the resized picture that is wanted is computed.
 */
final class Resampler {
    /** 8 bits of a sample, two for sums beyond the range, the sign: 22 remain for weights. */
    private static final int FRACTION = 22;

    private Resampler() {}

    /**
     * The window of the resized picture.
     *
     * @param width of the whole resized picture
     * @param height of the whole resized picture
     * @return {@code window.height} rows of {@code window.width} RGB pixels
     */
    static RgbImage resize(RgbImage image, int width, int height, Filter filter, Window window) {
        Taps columns = Taps.of(image.width(), width, window.left(), window.width(), filter);
        Taps rows = Taps.of(image.height(), height, window.top(), window.height(), filter);
        // Pillow 13 takes the vertical pass first where the height shrinks by more than twice what the width does. It
        // matters in the
        // last bits only: where the first pass leaves the range and is clipped.
        int lost = image.height() - height;
        boolean verticalFirst = lost > 0 && lost > 2L * (image.width() - width);
        if (verticalFirst) {
            return columns(rows(image, rows), columns, 0, window.height());
        }
        // the first pass makes just the rows that the second one reads
        int from = rows.first[0];
        int to = rows.first[window.height() - 1] + rows.count[window.height() - 1];
        return rows(columns(image, columns, from, to), rows.shifted(-from));
    }

    /** A rectangle of the resized picture. */
    record Window(int left, int top, int width, int height) {}

    /** The horizontal pass over rows {@code from} (inclusive) to {@code to} (exclusive). */
    private static RgbImage columns(RgbImage image, Taps taps, int from, int to) {
        int width = taps.first.length;
        byte[] in = image.samples();
        byte[] out = new byte[3 * width * (to - from)];
        int at = 0;
        for (int y = from; y < to; y++) {
            int row = 3 * y * image.width();
            for (int x = 0; x < width; x++) {
                int red = 1 << FRACTION - 1;
                int green = red;
                int blue = red;
                int pixel = row + 3 * taps.first[x];
                int weight = x * taps.most;
                for (int end = weight + taps.count[x]; weight < end; weight++, pixel += 3) {
                    int w = taps.weights[weight];
                    red += (in[pixel] & 0xff) * w;
                    green += (in[pixel + 1] & 0xff) * w;
                    blue += (in[pixel + 2] & 0xff) * w;
                }
                out[at++] = clip(red);
                out[at++] = clip(green);
                out[at++] = clip(blue);
            }
        }
        return new RgbImage(width, to - from, out);
    }

    /** The vertical pass. */
    private static RgbImage rows(RgbImage image, Taps taps) {
        int height = taps.first.length;
        int stride = 3 * image.width();
        byte[] in = image.samples();
        byte[] out = new byte[stride * height];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, 1 << FRACTION - 1);
            for (int k = 0; k < taps.count[y]; k++) {
                add(in, (taps.first[y] + k) * stride, taps.weights[y * taps.most + k], sums);
            }
            int to = y * stride;
            for (int i = 0; i < stride; i++) {
                out[to + i] = clip(sums[i]);
            }
        }
        return new RgbImage(image.width(), height, out);
    }

    private static void add(byte[] in, int from, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (in[from + i] & 0xff) * weight;
        }
    }

    private static byte clip(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> FRACTION));
    }

    /**
     * For each pixel of the window along one axis: which pixels it is made from, and their weights.
     *
     * @param first the first pixel that is read
     * @param count how many are read
     * @param weights {@code most} places for each pixel, in fixed point
     * @param most the largest count there can be
     */
    private record Taps(int[] first, int[] count, int[] weights, int most) {
        static Taps of(int in, int out, int from, int size, Filter filter) {
            double scale = (double) in / out;
            double widen = Math.max(scale, 1);
            double reach = filter.support() * widen;
            int most = 2 * (int) Math.ceil(reach) + 1;
            int[] first = new int[size];
            int[] count = new int[size];
            int[] weights = new int[size * most];
            double[] exact = new double[most];
            for (int i = 0; i < size; i++) {
                double centre = (from + i + 0.5) * scale;
                int start = Math.max(0, (int) (centre - reach + 0.5));
                int end = Math.min(in, (int) (centre + reach + 0.5));
                double sum = 0;
                for (int k = 0; k < end - start; k++) {
                    exact[k] = filter.weight((start + k - centre + 0.5) * (1 / widen));
                    sum += exact[k];
                }
                first[i] = start;
                count[i] = end - start;
                for (int k = 0; k < end - start; k++) {
                    double fixed = exact[k] / sum * (1 << FRACTION);
                    weights[i * most + k] = (int) (fixed + (fixed < 0 ? -0.5 : 0.5));
                }
            }
            return new Taps(first, count, weights, most);
        }

        Taps shifted(int by) {
            int[] shifted = first.clone();
            for (int i = 0; i < shifted.length; i++) {
                shifted[i] += by;
            }
            return new Taps(shifted, count, weights, most);
        }
    }
}
