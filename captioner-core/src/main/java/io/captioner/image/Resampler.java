package io.captioner.image;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Resizing as Pillow does it, bit for bit: two passes, columns and rows, each with weights in fixed point and rounded to 8 bits. Only
 * the window of the resized picture that is wanted is computed, its channels one after the other.
 */
final class Resampler {
    /** 8 bits of a sample, two for sums beyond the range, the sign: 22 remain for weights. */
    private static final int FRACTION = 22;

    private static final int HALF = 1 << FRACTION - 1;

    /** Weights of a pixel when a picture shrinks to a half, or less, with the bilinear filter. */
    private static final int FEW = 4;

    /** Rows of the resized picture that one thread makes: fewer take less time than another thread needs to wake. */
    private static final int BAND = 64;

    private final RgbImage image;
    private final Taps columns;
    private final Taps rows;
    private final int width;
    private final int height;
    private final byte[] planes;

    private Resampler(RgbImage image, Taps columns, Taps rows) {
        this.image = image;
        this.columns = columns;
        this.rows = rows;
        this.width = columns.first.length;
        this.height = rows.first.length;
        this.planes = new byte[3 * width * height];
    }

    /**
     * The window of the resized picture. Threads of the common pool that have nothing to do take part.
     *
     * @param width of the whole resized picture
     * @param height of the whole resized picture
     * @return (3, window.height, window.width) row-major: red, green, blue
     */
    static byte[] resize(RgbImage image, int width, int height, Filter filter, Window window) {
        Taps columns = Taps.of(image.width(), width, window.left(), window.width(), filter)
                .withFew(image.width());
        Taps rows = Taps.of(image.height(), height, window.top(), window.height(), filter);
        // Pillow 13 takes the vertical pass first where the height shrinks by more than twice what the width does. It
        // matters in the
        // last bits only: where the first pass leaves the range and is clipped.
        int lost = image.height() - height;
        boolean verticalFirst = lost > 0 && lost > 2L * (image.width() - width);
        RgbImage source = verticalFirst ? rows(image, rows) : image;
        Resampler resampler = new Resampler(source, columns, rows);
        int bands = Math.max(1, window.height() / BAND);
        IntStream.range(0, bands).parallel().forEach(band -> {
            int top = band * window.height() / bands;
            int end = (band + 1) * window.height() / bands;
            if (verticalFirst) {
                resampler.columnsOf(top, end);
            } else {
                resampler.columnsThenRows(top, end);
            }
        });
        return resampler.planes;
    }

    /** A rectangle of the resized picture. */
    record Window(int left, int top, int width, int height) {}

    /**
     * Both passes over rows {@code top} to {@code end} of the window, row by row: of the first pass there are never more rows than one of the
     * second reads, as numbers of 32 bits, which compilers sum several at a time.
     */
    private void columnsThenRows(int top, int end) {
        int stride = 3 * width;
        int[] lines = new int[stride * rows.most];
        int[] sums = new int[stride];
        int next = rows.first[top];
        for (int y = top; y < end; y++) {
            int last = rows.first[y] + rows.count[y];
            for (; next < last; next++) {
                columns(next, lines, next % rows.most * stride);
            }
            Arrays.fill(sums, HALF);
            for (int k = 0; k < rows.count[y]; k++) {
                add(lines, (rows.first[y] + k) % rows.most * stride, rows.weights[y * rows.most + k], sums);
            }
            round(sums, 0, stride);
            store(sums, y);
        }
    }

    /** The horizontal pass alone. */
    private void columnsOf(int top, int end) {
        int[] line = new int[3 * width];
        for (int y = top; y < end; y++) {
            columns(y, line, 0);
            store(line, y);
        }
    }

    private void store(int[] line, int y) {
        for (int channel = 0; channel < 3; channel++) {
            int from = channel * width;
            int to = (channel * height + y) * width;
            for (int x = 0; x < width; x++) {
                planes[to + x] = (byte) line[from + x];
            }
        }
    }

    /** The horizontal pass over row {@code y} of the picture, to three rows, one a channel. */
    private void columns(int y, int[] out, int at) {
        byte[] in = image.samples();
        int from = 3 * y * image.width();
        if (columns.most == FEW) {
            fewColumns(in, from, columns.first, columns.weights, out, at);
        } else {
            anyColumns(in, from, columns, out, at);
        }
        round(out, at, 3 * width);
    }

    private static void anyColumns(byte[] in, int from, Taps taps, int[] out, int at) {
        int[] w = taps.weights;
        int width = taps.first.length;
        for (int x = 0; x < width; x++) {
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
            out[at + x] = red;
            out[at + width + x] = green;
            out[at + 2 * width + x] = blue;
        }
    }

    /** The same without a loop within the loop, which for so few weights takes longer than they do. */
    private static void fewColumns(byte[] in, int from, int[] first, int[] w, int[] out, int at) {
        int width = first.length;
        for (int x = 0, k = 0; x < width; x++, k += FEW) {
            int p = from + 3 * first[x];
            int one = w[k];
            int two = w[k + 1];
            int three = w[k + 2];
            int four = w[k + 3];
            out[at + x] = HALF
                    + (in[p] & 0xff) * one
                    + (in[p + 3] & 0xff) * two
                    + (in[p + 6] & 0xff) * three
                    + (in[p + 9] & 0xff) * four;
            out[at + width + x] = HALF
                    + (in[p + 1] & 0xff) * one
                    + (in[p + 4] & 0xff) * two
                    + (in[p + 7] & 0xff) * three
                    + (in[p + 10] & 0xff) * four;
            out[at + 2 * width + x] = HALF
                    + (in[p + 2] & 0xff) * one
                    + (in[p + 5] & 0xff) * two
                    + (in[p + 8] & 0xff) * three
                    + (in[p + 11] & 0xff) * four;
        }
    }

    /** The vertical pass alone. */
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
            round(sums, 0, stride);
            for (int i = 0; i < stride; i++) {
                out[y * stride + i] = (byte) sums[i];
            }
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

    /** Sums to samples, in place. Compilers do it several at a time, which they do not with Math.max. */
    private static void round(int[] sums, int from, int count) {
        for (int i = from; i < from + count; i++) {
            sums[i] = 255 - atLeastZero(255 - atLeastZero(sums[i] >> FRACTION));
        }
    }

    private static int atLeastZero(int value) {
        return value & ~(value >> 31);
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
