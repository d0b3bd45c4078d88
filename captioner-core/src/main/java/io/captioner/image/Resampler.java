package io.captioner.image;

import java.util.Arrays;

/**
 * Resizes as Pillow does it, bit for bit: two passes, columns and rows, each with weights in fixed point and rounded to 8 bits. Only
 * the window of the resized picture that is wanted is computed, its channels one after the other. For one thread.
 */
final class Resampler {
    private static final int HALF = 1 << Taps.FRACTION - 1;

    private final RgbImage image;
    private final Taps columns;
    private final Taps rows;
    private final byte[] planes;
    private final int width;
    private final int height;
    private final int[] lines;
    private final int[] sums;
    private int next;
    private int done;

    /**
     * @param image of which each row must be there when it is read
     * @param columns of the window
     * @param rows of the window
     * @param planes (3, height, width) of the window, row-major, which others may write to at other rows
     */
    Resampler(RgbImage image, Taps columns, Taps rows, byte[] planes) {
        this.image = image;
        this.columns = columns;
        this.rows = rows;
        this.planes = planes;
        this.width = columns.first().length;
        this.height = rows.first().length;
        this.lines = new int[3 * width * rows.most()];
        this.sums = new int[3 * width];
    }

    /**
     * Both passes over rows {@code top} to {@code end} of the window, row by row: of the first pass there are never more rows than one of the
     * second reads, as numbers of 32 bits, which compilers sum several at a time.
     */
    void columnsThenRows(int top, int end) {
        int stride = 3 * width;
        if (top != done) { // else some of the rows that it begins with are there from the last time
            next = rows.first()[top];
        }
        for (int y = top; y < end; y++) {
            int last = rows.first()[y] + rows.count()[y];
            for (; next < last; next++) {
                columns(next, lines, next % rows.most() * stride);
            }
            Arrays.fill(sums, HALF);
            for (int k = 0; k < rows.count()[y]; k++) {
                add(lines, (rows.first()[y] + k) % rows.most() * stride, rows.weights()[y * rows.most() + k], sums);
            }
            round(sums, 0, stride);
            store(sums, y);
        }
        done = end;
    }

    /** The horizontal pass alone, of an image that is as high as the window. */
    void columns(int top, int end) {
        for (int y = top; y < end; y++) {
            columns(y, sums, 0);
            store(sums, y);
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
        if (columns.most() == Taps.FEW) {
            fewColumns(in, from, columns.first(), columns.weights(), out, at);
        } else {
            anyColumns(in, from, columns, out, at);
        }
        round(out, at, 3 * width);
    }

    private static void anyColumns(byte[] in, int from, Taps taps, int[] out, int at) {
        int[] w = taps.weights();
        int width = taps.first().length;
        for (int x = 0; x < width; x++) {
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int p = from + 3 * taps.first()[x];
            int k = x * taps.most();
            for (int end = k + taps.count()[x]; k < end; k++, p += 3) {
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
        for (int x = 0, k = 0; x < width; x++, k += Taps.FEW) {
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
    static RgbImage rows(RgbImage image, Taps taps) {
        int height = taps.first().length;
        int stride = 3 * image.width();
        byte[] in = image.samples();
        byte[] out = new byte[stride * height];
        int[] sums = new int[stride];
        for (int y = 0; y < height; y++) {
            Arrays.fill(sums, HALF);
            for (int k = 0; k < taps.count()[y]; k++) {
                add(in, (taps.first()[y] + k) * stride, taps.weights()[y * taps.most() + k], sums);
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
            sums[i] = 255 - atLeastZero(255 - atLeastZero(sums[i] >> Taps.FRACTION));
        }
    }

    private static int atLeastZero(int value) {
        return value & ~(value >> 31);
    }
}
