package io.captioner.image;

import java.util.Arrays;

/**
 * Resizing as Pillow does it, bit for bit: two passes, columns and rows, each with weights in fixed point and rounded to 8 bits. Only
 * the window of the resized picture that is wanted is computed, its channels one after the other.
 */
final class Resampler {
    private static final int HALF = 1 << Taps.FRACTION - 1;

    /** Rows of the resized picture that one thread makes at once: fewer take less time than another thread needs to wake. */
    private static final int BAND = 32;

    private final RgbImage picture;
    private final Taps columns;
    private final Taps rows;
    private final boolean verticalFirst;
    private final Window window;
    private final int width;
    private final int height;
    private final byte[] planes;
    private final Bands bands;
    private RgbImage image;

    /**
     * @param picture whose rows may still be written, until {@link #finish}
     * @param width of the whole resized picture
     * @param height of the whole resized picture
     */
    Resampler(RgbImage picture, int width, int height, Filter filter, Window window) {
        this.picture = picture;
        this.columns = Taps.of(picture.width(), width, window.left(), window.width(), filter)
                .withFew(picture.width());
        this.rows = Taps.of(picture.height(), height, window.top(), window.height(), filter);
        // Pillow 13 takes the vertical pass first where the height shrinks by more than twice what the width does. It
        // matters in the
        // last bits only: where the first pass leaves the range and is clipped.
        int lost = picture.height() - height;
        this.verticalFirst = lost > 0 && lost > 2L * (picture.width() - width);
        this.window = window;
        this.width = window.width();
        this.height = window.height();
        this.planes = new byte[3 * this.width * this.height];
        int count = Math.max(1, this.height / BAND);
        this.bands = new Bands(count, band -> rowsUntil(band + 1, count), band -> make(band, count));
        this.image = picture;
    }

    /**
     * The window of the resized picture.
     *
     * @return as {@link #finish}
     */
    static byte[] resize(RgbImage image, int width, int height, Filter filter, Window window) {
        Resampler resampler = new Resampler(image, width, height, filter, window);
        resampler.share();
        return resampler.finish();
    }

    /** Lets a thread that has time begin with the rows that are ready. */
    void share() {
        bands.share();
    }

    /** @param count of the picture's rows, from the top, that will not change any more */
    void ready(int count) {
        if (!verticalFirst) {
            bands.ready(count);
        }
    }

    /**
     * Resizes what is left. All rows of the picture must be there.
     *
     * @return (3, window.height, window.width) row-major: red, green, blue
     */
    byte[] finish() {
        if (verticalFirst) {
            image = rows(picture, rows);
        }
        bands.ready(picture.height());
        bands.finish();
        return planes;
    }

    /** What of the resized picture {@link #finish} gives. */
    Window window() {
        return window;
    }

    /** Nobody wants it any more. */
    void abandon() {
        bands.abandon();
    }

    /** Rows of the picture that are read before band {@code band} begins. */
    private int rowsUntil(int band, int count) {
        int last = band * height / count - 1;
        return verticalFirst ? picture.height() : rows.first()[last] + rows.count()[last];
    }

    private void make(int band, int count) {
        int top = band * height / count;
        int end = (band + 1) * height / count;
        if (verticalFirst) {
            columnsOf(top, end);
        } else {
            columnsThenRows(top, end);
        }
    }

    /** A rectangle of the resized picture. */
    record Window(int left, int top, int width, int height) {}

    /**
     * Both passes over rows {@code top} to {@code end} of the window, row by row: of the first pass there are never more rows than one of the
     * second reads, as numbers of 32 bits, which compilers sum several at a time.
     */
    private void columnsThenRows(int top, int end) {
        int stride = 3 * width;
        int[] lines = new int[stride * rows.most()];
        int[] sums = new int[stride];
        int next = rows.first()[top];
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
    private static RgbImage rows(RgbImage image, Taps taps) {
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
