package io.captioner.image;

import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A picture that is being resized: by the thread that wants it and by one that has time, which begins with the first rows while the others are
 * still being decoded.
 */
final class Resizing {
    /** Rows of the resized picture that one thread makes at once: fewer take less time than another thread needs to wake. */
    private static final int BAND = 16;

    private final RgbImage picture;
    private final int fullWidth;
    private final int fullHeight;
    private final Filter filter;
    private final Window window;
    private final boolean verticalFirst;
    private final byte[] planes;
    private final int count;
    private final Bands bands;
    private @Nullable Axes axes;

    /** A rectangle of the resized picture. */
    record Window(int left, int top, int width, int height) {}

    private record Axes(RgbImage image, Taps columns, Taps rows) {}

    private Resizing(RgbImage picture, int width, int height, Filter filter, Window window) {
        this.picture = picture;
        this.fullWidth = width;
        this.fullHeight = height;
        this.filter = filter;
        this.window = window;
        // Pillow 13 takes the vertical pass first where the height shrinks by more than twice what the width does. It
        // matters in the last bits only: where the first pass leaves the range and is clipped.
        int lost = picture.height() - height;
        this.verticalFirst = lost > 0 && lost > 2L * (picture.width() - width);
        this.planes = new byte[3 * window.width() * window.height()];
        this.count = Math.max(1, window.height() / BAND);
        this.bands = new Bands(count, this::needs, this::worker);
    }

    /**
     * Lets a thread that has time begin as soon as rows are {@link #ready}.
     *
     * @param picture whose rows may still be written, until {@link #finish}
     * @param width of the whole resized picture
     * @param height of the whole resized picture
     * @param window of it that is wanted
     */
    static Resizing begin(RgbImage picture, int width, int height, Filter filter, Window window) {
        Resizing resizing = new Resizing(picture, width, height, filter, window);
        if (!resizing.verticalFirst) {
            resizing.bands.share();
        }
        return resizing;
    }

    /** Whether it is this picture that is being resized, not one that looks the same. */
    boolean isOf(RgbImage image) {
        return picture == image;
    }

    /** @param rows of the picture, from the top, that will not change any more */
    void ready(int rows) {
        bands.ready(rows);
    }

    /**
     * Resizes what is left. All rows of the picture must be there.
     *
     * @return (3, window.height, window.width) row-major: red, green, blue
     */
    byte[] finish() {
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

    private int top(int band) {
        return band * window.height() / count;
    }

    private int needs(int band) {
        return Taps.end(picture.height(), fullHeight, window.top() + top(band + 1) - 1, filter);
    }

    private IntConsumer worker() {
        Axes all = axes();
        Resampler resampler = new Resampler(all.image, all.columns, all.rows, planes);
        return verticalFirst
                ? band -> resampler.columns(top(band), top(band + 1))
                : band -> resampler.columnsThenRows(top(band), top(band + 1));
    }

    /** Made by whoever needs them first: best by the other thread, while this one decodes. */
    private synchronized Axes axes() {
        if (axes == null) {
            Taps columns = Taps.of(picture.width(), fullWidth, window.left(), window.width(), filter)
                    .withFew(picture.width());
            Taps rows = Taps.of(picture.height(), fullHeight, window.top(), window.height(), filter);
            axes = new Axes(verticalFirst ? Resampler.rows(picture, rows) : picture, columns, rows);
        }
        return axes;
    }
}
