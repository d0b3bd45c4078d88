package io.captioner.image;

import java.util.Arrays;

/**
 * For each pixel of the window along one axis: which pixels it is made from, and their weights.
 *
 * @param first the first pixel that is read
 * @param count how many are read
 * @param weights {@code most} places for each pixel, in fixed point
 * @param most the largest count there can be
 */
record Taps(int[] first, int[] count, int[] weights, int most) {
    /** 8 bits of a sample, two for sums beyond the range, the sign: 22 remain for weights. */
    static final int FRACTION = 22;

    /** Weights of a pixel when a picture shrinks to a half, or less, with the bilinear filter. */
    static final int FEW = 4;

    /**
     * The pixels in front of this one are all that pixel {@code i} of the resized axis is made from, and those before it.
     *
     * @param in pixels of the axis
     * @param out pixels of the resized axis
     */
    static int end(int in, int out, int i, Filter filter) {
        double scale = (double) in / out;
        double reach = filter.support() * Math.max(scale, 1);
        return Math.min(in, (int) ((i + 0.5) * scale + reach + 0.5));
    }

    /**
     * @param in pixels of the axis
     * @param out pixels of the resized axis
     * @param from the window's first pixel of the resized axis
     * @param size the window's pixels
     */
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
            int end = end(in, out, from + i, filter);
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
