package io.captioner.train;

import io.captioner.Device;
import io.captioner.OptionException;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.spi.BackendProvider;
import java.util.function.Predicate;

/** A backend that computes gradients. */
public interface TrainingBackend extends BackendProvider {
    /**
     * Opens a training session.
     *
     * @param program its first output is the loss, a FLOAT32 scalar; the others are reported after each step
     * @param initial stored weights to start from; what is not in it is initialised
     * @param settings how to update
     * @param threads 0 for one a core
     */
    TrainingSession train(Program program, WeightSource initial, Settings settings, Device device, int threads);

    /**
     * How weights are updated.
     *
     * @param optimizer the rule
     * @param clip what happens to gradients before it
     * @param learned which parameters, by full name, are updated; the others are frozen, and so are the buffers beside them: a buffer
     *     is updated when a name of its scope ({@code encoder.bn1.running_mean}: {@code encoder.bn1.weight}) is learned
     * @param seed of the initial values
     * @param statistics whether buffers are updated at all; where not, batch normalisation uses them also in training
     * @param averaging d: the session also keeps a moving average of what is learned, a = d' a + (1 - d') w after each step t = 1, 2, ... with
     *     d' = min(d, (1 + t) / (10 + t)), see {@link TrainingSession#averaged}; 0 to below 1, 0 for none
     * @param precision of the operands of matrix products
     */
    record Settings(
            Optimizer optimizer,
            GradientClip clip,
            Predicate<String> learned,
            long seed,
            boolean statistics,
            double averaging,
            Precision precision) {
        public Settings {
            requireDecay(averaging);
        }

        /** In 32 bits. */
        public Settings(
                Optimizer optimizer,
                GradientClip clip,
                Predicate<String> learned,
                long seed,
                boolean statistics,
                double averaging) {
            this(optimizer, clip, learned, seed, statistics, averaging, Precision.FLOAT32);
        }

        static double requireDecay(double averaging) {
            if (!(averaging >= 0 && averaging < 1)) {
                throw new OptionException(
                        "decay of the weights' average is " + averaging + "; it must be at least 0 and below 1");
            }
            return averaging;
        }

        /** Buffers are updated beside what is learned; no average. */
        public Settings(Optimizer optimizer, GradientClip clip, Predicate<String> learned, long seed) {
            this(optimizer, clip, learned, seed, true, 0);
        }
    }
}
