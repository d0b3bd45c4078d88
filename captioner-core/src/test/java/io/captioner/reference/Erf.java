package io.captioner.reference;

/** The Gaussian error function, which the JDK lacks, to about 15 digits. */
final class Erf {
    private Erf() {}

    static double erf(double x) {
        double a = Math.abs(x);
        if (Double.isNaN(x) || a > 6) {
            return Double.isNaN(x) ? x : Math.signum(x);
        }
        return Math.signum(x) * (a < 2.5 ? series(a) : 1 - complement(a));
    }

    /** erf x = 2 / sqrt(pi) * exp(-x^2) * sum over n of 2^n x^(2n + 1) / (1 * 3 * ... * (2n + 1)) (Abramowitz and Stegun 7.1.6). */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; term > sum * 1e-17; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** erfc x = exp(-x^2) / sqrt(pi) / (x + 1/2 / (x + 1 / (x + 3/2 / (x + ...)))) (Abramowitz and Stegun 7.1.14). */
    private static double complement(double x) {
        double fraction = x;
        for (int n = 120; n >= 1; n--) {
            fraction = x + n / 2.0 / fraction;
        }
        return Math.exp(-x * x) / Math.sqrt(Math.PI) / fraction;
    }
}
