package io.captioner.cli;

import java.util.Locale;
import java.util.function.LongSupplier;

/** How long a training will still take, from what its steps and the evaluations after its epochs took so far. */
final class TimeLeft {
    private final LongSupplier clock;
    private long stepsLeft;
    private long steps;
    private long stepNanos;
    private long evaluations;
    private long evaluationNanos;
    private long last;

    /** @param clock in nanoseconds */
    TimeLeft(LongSupplier clock) {
        this.clock = clock;
    }

    /** Before the first step: {@code done} of {@code total} are made. */
    void start(long done, long total) {
        stepsLeft = total - done;
        steps = 0;
        stepNanos = 0;
        evaluations = 0;
        evaluationNanos = 0;
        last = clock.getAsLong();
    }

    /** After a step. */
    void step() {
        steps++;
        stepsLeft--;
        stepNanos += lap();
    }

    /** After an epoch's evaluation. */
    void epoch() {
        evaluations++;
        evaluationNanos += lap();
    }

    private long lap() {
        long now = clock.getAsLong();
        long nanos = now - last;
        last = now;
        return nanos;
    }

    boolean isOver() {
        return stepsLeft <= 0;
    }

    /** Seconds of so many steps. */
    double ofSteps(long count) {
        return steps == 0 ? 0 : 1e-9 * stepNanos / steps * count;
    }

    /** Seconds of all steps that are left and of so many evaluations; those are unknown until the first one. */
    double ofAll(int evaluationsLeft) {
        double evaluation = evaluations == 0 ? 0 : 1e-9 * evaluationNanos / evaluations;
        return ofSteps(stepsLeft) + evaluation * evaluationsLeft;
    }

    /** {@code 45s}, {@code 12m05s}, {@code 3h07m}. */
    static String text(double seconds) {
        long whole = Math.round(seconds);
        if (whole < 60) {
            return whole + "s";
        }
        return whole < 3600
                ? String.format(Locale.ROOT, "%dm%02ds", whole / 60, whole % 60)
                : String.format(Locale.ROOT, "%dh%02dm", whole / 3600, whole / 60 % 60);
    }
}
