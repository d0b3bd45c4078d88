package io.captioner.image;

import java.util.Arrays;

/**
 * Resizing as Pillow does it, bit for bit: two passes, columns and rows, each with weights in fixed point and rounded to 8 bits. Only
 * the window of the resized picture that is wanted is computed.
 */
final class Resampler {
    /** 8 bits of a sample, two for sums beyond the range, the sign: 22 remain for weights. */
    private static final int FRACTION = 22;

    private static final int HALF = 1 << FRACTION - 1;

    /** Weights of a pixel when a picture shrinks to a half, or less, with the bilinear filter. */
    private static final int FEW = 4;

    private Resampler() {}

    /**
     * The window of the resized picture.
     *
     * @param width of the whole resized picture
     * @param height of the whole resized picture
     * @return {@code window.height} rows of {@code window.width} RGB pixels
     */
    static RgbImage resize(RgbImage image, int width, int height, Filter filter, Window window) {
        Taps columns = Taps.of(image.width(), width, window.left(), window.width(), filter)
                .withFew(image.width());
        Taps rows = Taps.of(image.height(), height, window.top(), window.height(), filter);
        // Pillow 13 takes the vertical pass first where the height shrinks by more than twice what the width does. It
        // matters in the
        // last bits only: where the first pass leaves the range and is clipped.
        int lost = image.height() - height;
        boolean verticalFirst = lost > 0 && lost > 2L * (image.width() - width);
        if (verticalFirst) {
            return columns(rows(image, rows), columns);
        }
        return columnsThenRows(image, columns, rows);
    }

    /** A rectangle of the resized picture. */
    record Window(int left, int top, int width, int height) {}

    /**
     * Both passes, row by row: of the first pass there are never more rows than one of the second reads, as numbers of 32 bits, which
     * compilers sum several at a time.
     */
    private static RgbImage columnsThenRows(RgbImage image, Taps columns, Taps rows) {
        int width = columns.first.length;
        int height = rows.first.length;
        int stride = 3 * width;
        byte[] out = new byte[stride * height];
        int[] lines = new int[stride * rows.most];
        int[] sums = new int[stride];
        int next = rows.first[0];
        for (int y = 0; y < height; y++) {
            int end = rows.first[y] + rows.count[y];
            for (; next < end; next++) {
                columns(image.samples(), 3 * next * image.width(), columns, lines, next % rows.most * stride);
            }
            Arrays.fill(sums, HALF);
            for (int k = 0; k < rows.count[y]; k++) {
                add(lines, (rows.first[y] + k) % rows.most * stride, rows.weights[y * rows.most + k], sums);
            }
            clip(sums, out, y * stride);
        }
        return new RgbImage(width, height, out);
    }

    /** The horizontal pass over all rows. */
    private static RgbImage columns(RgbImage image, Taps taps) {
        int stride = 3 * taps.first.length;
        byte[] out = new byte[stride * image.height()];
        int[] line = new int[stride];
        for (int y = 0; y < image.height(); y++) {
            columns(image.samples(), 3 * y * image.width(), taps, line, 0);
            for (int i = 0; i < stride; i++) {
                out[y * stride + i] = (byte) line[i];
            }
        }
        return new RgbImage(taps.first.length, image.height(), out);
    }

    /** The horizontal pass over the row that begins at {@code from}. */
    private static void columns(byte[] in, int from, Taps taps, int[] out, int at) {
        if (taps.most == FEW) {
            fewColumns(in, from, taps.first, taps.weights, out, at);
            return;
        }
        int[] w = taps.weights;
        for (int x = 0, to = at; x < taps.first.length; x++, to += 3) {
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int p = from + 3 * taps.first[x];
            int k = x * taps.most;
            for (int end = k + taps.count[x]; k < end; k++, p += 3) {
                red += (in[p] & 0xff) * w[k];
                green += (in[p + 1] & 0xff) * w[k];
                blue += (in[p + 2] & 0xff) * w[k];
            }
            out[to] = clip(red);
            out[to + 1] = clip(green);
            out[to + 2] = clip(blue);
        }
    }

    /** The same without a loop within the loop, which for so few weights takes longer than they do. */
    private static void fewColumns(byte[] in, int from, int[] first, int[] w, int[] out, int at) {
        for (int x = 0, to = at, k = 0; x < first.length; x++, to += 3, k += FEW) {
            int p = from + 3 * first[x];
            int one = w[k];
            int two = w[k + 1];
            int three = w[k + 2];
            int four = w[k + 3];
            out[to] = clip(HALF
                    + (in[p] & 0xff) * one
                    + (in[p + 3] & 0xff) * two
                    + (in[p + 6] & 0xff) * three
                    + (in[p + 9] & 0xff) * four);
            out[to + 1] = clip(HALF
                    + (in[p + 1] & 0xff) * one
                    + (in[p + 4] & 0xff) * two
                    + (in[p + 7] & 0xff) * three
                    + (in[p + 10] & 0xff) * four);
            out[to + 2] = clip(HALF
                    + (in[p + 2] & 0xff) * one
                    + (in[p + 5] & 0xff) * two
                    + (in[p + 8] & 0xff) * three
                    + (in[p + 11] & 0xff) * four);
        }
    }

    /** The vertical pass. */
    private static RgbImage rows(RgbImage image, Taps taps) {
        int height = taps.first.length;
        int stride = 3 * image.width();
        byte[] in = image.samples();
        byte[] out = new byte[stride * height];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, HALF);
            for (int k = 0; k < taps.count[y]; k++) {
                add(in, (taps.first[y] + k) * stride, taps.weights[y * taps.most + k], sums);
            }
            clip(sums, out, y * stride);
        }
        return new RgbImage(image.width(), height, out);
    }

    private static void add(byte[] in, int from, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (in[from + i] & 0xff) * weight;
        }
    }

    private static void add(int[] in, int from, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += in[from + i] * weight;
        }
    }

    private static void clip(int[] sums, byte[] out, int at) {
        for (int i = 0; i < sums.length; i++) {
            out[at + i] = (byte) clip(sums[i]);
        }
    }

    private static int clip(int sum) {
        return Math.max(0, Math.min(255, sum >> FRACTION));
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

        /** With {@link #FEW} weights for each pixel, some of them 0, where there are never more. */
        Taps withFew(int in) {
            if (in < FEW || Arrays.stream(count).max().orElse(0) > FEW) {
                return this;
            }
            int[] from = new int[first.length];
            int[] padded = new int[FEW * first.length];
            for (int i = 0; i < first.length; i++) {
                from[i] = Math.min(first[i], in - FEW);
                System.arraycopy(weights, i * most, padded, FEW * i + first[i] - from[i], count[i]);
            }
            int[] all = new int[first.length];
            Arrays.fill(all, FEW);
            return new Taps(from, all, padded, FEW);
        }
    }
}
