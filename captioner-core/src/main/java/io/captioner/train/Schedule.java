package io.captioner.train;

import io.captioner.OptionException;
import java.util.List;

/**
 * How the learning rate changes: a factor on the base rate of each step, so that the encoder's and the decoder's rates change alike.
 *
 * <p>During the first {@code warmupSteps} steps the factor is step / warmupSteps (so the very first step has rate 0, as in PyTorch's and
 * Hugging Face's schedules); what follows is up to the decay. Immutable.
 *
 * @param decay what happens after the warm-up
 * @param warmupSteps at least 0; 0 by default
 */
public record Schedule(Decay decay, int warmupSteps) {
    public Schedule {
        Limits.atLeast("number of warm-up steps", warmupSteps, 0);
        if (decay instanceof InverseSquareRoot && warmupSteps == 0) {
            warmupSteps = 1;
        }
    }

    /** What happens to the rate after the warm-up. */
    public sealed interface Decay {}

    /** Nothing. */
    record Constant() implements Decay {}

    /** factor ^ (epochs passed / every). */
    record Step(int every, double factor) implements Decay {}

    /** factor ^ (milestones passed). */
    record MultiStep(List<Integer> epochs, double factor) implements Decay {}

    /** factor ^ (epochs passed). */
    record Exponential(double factor) implements Decay {}

    /** Half a cosine over all steps from 1 to {@code minimum}. */
    record Cosine(double minimum) implements Decay {}

    /** A straight line over all steps from 1 to 0. */
    record Linear() implements Decay {}

    /** sqrt(warmup / step) (Vaswani et al. 2017). */
    record InverseSquareRoot() implements Decay {}

    /** Lowers the rate when the dev loss no longer falls, or a score ({@code rising}) no longer rises. */
    record Plateau(double factor, int patience, double threshold, int cooldown, double minimum, boolean rising)
            implements Decay {
        boolean better(double value, double best) {
            if (best == PlateauState.START.best) {
                return true;
            }
            return rising ? value > best * (1 + threshold) : value < best * (1 - threshold);
        }
    }

    /** The base rate throughout. */
    public static Schedule constant() {
        return new Schedule(new Constant(), 0);
    }

    /**
     * Every {@code epochs} epochs the rate is multiplied by {@code factor}.
     *
     * @param epochs at least 1
     * @param factor above 0, at most 1
     */
    public static Schedule step(int epochs, double factor) {
        Limits.atLeast("epochs between steps of the schedule", epochs, 1);
        return new Schedule(new Step(epochs, factor(factor)), 0);
    }

    /**
     * After each of these numbers of epochs the rate is multiplied by {@code factor}.
     *
     * @param epochs ascending, each at least 1
     * @param factor above 0, at most 1
     */
    public static Schedule steps(List<Integer> epochs, double factor) {
        int last = 0;
        for (int epoch : epochs) {
            Limits.atLeast("milestone of the schedule", epoch, last + 1);
            last = epoch;
        }
        return new Schedule(new MultiStep(List.copyOf(epochs), factor(factor)), 0);
    }

    /** After each epoch the rate is multiplied by {@code factor}, above 0 and at most 1. */
    public static Schedule exponential(double factor) {
        return new Schedule(new Exponential(factor(factor)), 0);
    }

    /** Down to 0 at the last step along a cosine (Loshchilov and Hutter 2017). */
    public static Schedule cosine() {
        return cosine(0);
    }

    /** Along a cosine down to {@code minimum} times the base rate at the last step; 0 to 1. */
    public static Schedule cosine(double minimum) {
        return new Schedule(new Cosine(fraction("minimum of the cosine schedule", minimum)), 0);
    }

    /** Down to 0 at the last step along a line. */
    public static Schedule linear() {
        return new Schedule(new Linear(), 0);
    }

    /** Up during the warm-up, then falling with the square root of the steps; the base rate is the peak. Steps count from 1. */
    public static Schedule inverseSquareRoot(int warmupSteps) {
        return new Schedule(new InverseSquareRoot(), warmupSteps);
    }

    /** {@link #plateau(double, int, double, int, double)} with factor 0.5, threshold 1e-4, no cooldown and no minimum. */
    public static Schedule plateau(int patience) {
        return plateau(0.5, patience, 1e-4, 0, 0);
    }

    /**
     * After more than {@code patience} epochs in a row without a better dev loss the rate is multiplied by {@code factor}, as
     * {@code torch.optim.lr_scheduler.ReduceLROnPlateau} does.
     *
     * @param factor above 0, at most 1
     * @param patience at least 0
     * @param threshold how much better counts, relative to the best; 0 to below 1
     * @param cooldown epochs that are not counted after a reduction, at least 0
     * @param minimum lowest rate as a fraction of the base rate, 0 to 1
     */
    public static Schedule plateau(double factor, int patience, double threshold, int cooldown, double minimum) {
        Limits.atLeast("patience of the plateau schedule", patience, 0);
        Limits.atLeast("cooldown of the plateau schedule", cooldown, 0);
        fraction("threshold of the plateau schedule", threshold);
        fraction("minimum of the plateau schedule", minimum);
        return new Schedule(new Plateau(factor(factor), patience, threshold, cooldown, minimum, false), 0);
    }

    /** A plateau schedule that is told scores, higher being better, in place of losses. */
    Schedule ofScores() {
        Plateau rule = (Plateau) decay;
        return new Schedule(
                new Plateau(rule.factor, rule.patience, rule.threshold, rule.cooldown, rule.minimum, true),
                warmupSteps);
    }

    /** The same schedule with a rise from 0 over the first steps. */
    public Schedule withWarmup(int steps) {
        return new Schedule(decay, steps);
    }

    /** Whether the dev loss drives it. */
    boolean needsDev() {
        return decay instanceof Plateau;
    }

    /** Whether it looks at the number of all steps, so that another number of epochs is another schedule. */
    boolean needsTotal() {
        return decay instanceof Cosine || decay instanceof Linear;
    }

    /**
     * What the base rate is multiplied by.
     *
     * @param step from 0
     * @param total steps of the whole training
     * @param epoch from 0
     * @param plateau what earlier dev losses have led to
     */
    double factor(long step, long total, int epoch, PlateauState plateau) {
        if (decay instanceof InverseSquareRoot) {
            // min(sqrt(w / t), t / w), t = 1, 2, ...
            double t = step + 1.0;
            return Math.min(Math.sqrt(warmupSteps / t), t / warmupSteps);
        }
        if (step < warmupSteps) {
            return (double) step / warmupSteps;
        }
        // how much of what follows the warm-up is over, 0..1
        double progress = total > warmupSteps ? (double) (step - warmupSteps) / (total - warmupSteps) : 1;
        if (decay instanceof Step rule) {
            return Math.pow(rule.factor, epoch / rule.every);
        }
        if (decay instanceof MultiStep rule) {
            return Math.pow(
                    rule.factor,
                    rule.epochs.stream().filter(milestone -> milestone <= epoch).count());
        }
        if (decay instanceof Exponential rule) {
            return Math.pow(rule.factor, epoch);
        }
        if (decay instanceof Cosine rule) {
            return rule.minimum + (1 - rule.minimum) * (1 + Math.cos(Math.PI * progress)) / 2;
        }
        if (decay instanceof Linear) {
            return 1 - progress;
        }
        return decay instanceof Plateau ? plateau.factor() : 1;
    }

    /** Takes note of an epoch's dev loss. */
    PlateauState afterEpoch(PlateauState state, double loss) {
        return decay instanceof Plateau rule ? state.after(rule, loss) : state;
    }

    /**
     * What a plateau schedule remembers.
     *
     * @param factor on the base rate now
     * @param best lowest loss, or highest score, so far
     * @param badEpochs epochs in a row that were no better
     * @param cooldown epochs that still do not count
     */
    record PlateauState(double factor, double best, int badEpochs, int cooldown) {
        static final PlateauState START = new PlateauState(1, Double.MAX_VALUE, 0, 0);

        PlateauState after(Plateau rule, double loss) {
            boolean better = rule.better(loss, best);
            int waiting = Math.max(0, cooldown - 1);
            int bad = better || cooldown > 0 ? 0 : badEpochs + 1;
            double lowest = better ? loss : best;
            if (bad > rule.patience) {
                return new PlateauState(Math.max(factor * rule.factor, rule.minimum), lowest, 0, rule.cooldown);
            }
            return new PlateauState(factor, lowest, bad, waiting);
        }
    }

    private static double factor(double value) {
        if (!(value > 0 && value <= 1)) {
            throw new OptionException("factor of the schedule is " + value + "; it must be above 0 and at most 1");
        }
        return value;
    }

    private static double fraction(String name, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new OptionException(name + " is " + value + "; it must be between 0 and 1");
        }
        return value;
    }
}
