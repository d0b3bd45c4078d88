package io.captioner.image;

/** How pixels between pixels are made when a picture is resized. When it shrinks, the filter widens with the scale (antialiasing). */
public enum Filter {
    /** A triangle of half-width 1: PIL.Image.BILINEAR. */
    BILINEAR(1) {
        @Override
        double weight(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }
    },
    /** Keys' cubic (1981) with a = -1/2 and half-width 2: PIL.Image.BICUBIC. */
    BICUBIC(2) {
        @Override
        double weight(double x) {
            double t = Math.abs(x);
            if (t < 1) {
                return ((A + 2) * t - (A + 3)) * t * t + 1;
            }
            return t < 2 ? (((t - 5) * t + 8) * t - 4) * A : 0;
        }
    };

    private static final double A = -0.5;

    private final int support;

    Filter(int support) {
        this.support = support;
    }

    /** Where the filter reaches zero, in pixels of the coarser of the two pictures. */
    int support() {
        return support;
    }

    /** The weight of a pixel at this distance from the centre. */
    abstract double weight(double x);
}
