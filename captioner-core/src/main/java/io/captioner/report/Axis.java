package io.captioner.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * An axis of a {@link Chart}.
 *
 * @param label what is on it, with its unit
 * @param min at its beginning; above 0 where the axis is logarithmic
 * @param max at its end, above {@code min}
 * @param step between ticks; unused where the axis is logarithmic
 */
record Axis(String label, double min, double max, double step, boolean logarithmic) {
    private static final int TICKS = 5;

    /** An axis that has all values, and begins and ends at round numbers. */
    static Axis of(String label, DoubleStream values) {
        double[] all = values.toArray();
        double low = DoubleStream.of(all).min().orElse(0);
        double high = DoubleStream.of(all).max().orElse(1);
        double step = step(Math.max(high - low, Math.max(Math.abs(high), 1) * 1e-3));
        double min = Math.floor(low / step + 1e-9) * step;
        double max = Math.ceil(high / step - 1e-9) * step;
        return new Axis(label, min, max > min ? max : min + step, step, false);
    }

    /** An axis of whole numbers, from the least to the most of the values. */
    static Axis whole(String label, double min, double max) {
        double end = Math.max(max, min + 1);
        return new Axis(label, min, end, Math.max(1, step(end - min)), false);
    }

    /** An axis from 0 to a round number not below the values. */
    static Axis fromZero(String label, DoubleStream values) {
        double most = values.max().orElse(1);
        double step = step(most > 0 ? most : 1);
        return new Axis(label, 0, Math.max(step, Math.ceil(most / step - 1e-9) * step), step, false);
    }

    /** A logarithmic axis from 1 to {@code max}. */
    static Axis logarithmic(String label, double max) {
        return new Axis(label, 1, Math.max(max, 10), 0, true);
    }

    /** 1, 2 or 5 times a power of ten, so that about {@link #TICKS} of them make the span. */
    private static double step(double span) {
        double rough = span / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(rough)));
        double times = rough / power;
        return power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    }

    /** 0 at the beginning, 1 at the end. */
    double at(double value) {
        return logarithmic ? Math.log(Math.max(value, min) / min) / Math.log(max / min) : (value - min) / (max - min);
    }

    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        if (logarithmic) {
            for (double tick = min; tick <= max * 1.0001; tick *= 10) {
                ticks.add(tick);
            }
        } else {
            for (long i = (long) Math.ceil(min / step - 1e-9); i * step <= max + step * 1e-6; i++) {
                ticks.add(i * step);
            }
        }
        return ticks;
    }

    /** A tick with the decimals that the step needs; 20k for 20,000. */
    String format(double tick) {
        if (tick >= 10_000 && tick % 1000 == 0) {
            return Math.round(tick / 1000) + "k";
        }
        int decimals = logarithmic ? 0 : (int) Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
        return String.format(Locale.ROOT, "%." + decimals + "f", tick);
    }
}
