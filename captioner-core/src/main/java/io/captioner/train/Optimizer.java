package io.captioner.train;

import io.captioner.OptionException;

/** An update rule, with PyTorch's equations and defaults. The learning rate comes from a schedule. */
public sealed interface Optimizer {
    /**
     * Stochastic gradient descent: g += weightDecay * p; v = momentum * v + g; p -= lr * v (or, Nesterov, lr * (g + momentum * v)).
     *
     * @param momentum 0 to below 1
     * @param nesterov look ahead (Sutskever et al. 2013); needs a momentum
     * @param weightDecay at least 0
     */
    record Sgd(double momentum, boolean nesterov, double weightDecay) implements Optimizer {
        public Sgd {
            check("momentum", momentum, 0, 1);
            check("weight decay", weightDecay, 0, 1);
            if (nesterov && momentum == 0) {
                throw new OptionException("Nesterov's rule needs a momentum; it is 0");
            }
        }
    }

    /**
     * Adam (Kingma and Ba 2015): m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= lr * (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + epsilon).
     *
     * @param beta1 0 to below 1
     * @param beta2 0 to below 1
     * @param epsilon above 0
     * @param weightDecay at least 0
     * @param decoupled whether decay shrinks the weights (AdamW, Loshchilov and Hutter 2019: p *= 1 - lr * weightDecay) or is added to the
     *     gradient; decoupled decay leaves one-dimensional parameters (biases, norms) alone only if {@code decayBiases} is false
     * @param decayBiases whether parameters of one dimension decay too, as in PyTorch
     * @param amsgrad the largest v so far in place of v (Reddi et al. 2018)
     */
    record Adam(
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            boolean decoupled,
            boolean decayBiases,
            boolean amsgrad)
            implements Optimizer {
        public Adam {
            check("beta1", beta1, 0, 1);
            check("beta2", beta2, 0, 1);
            check("weight decay", weightDecay, 0, 1);
            positive(epsilon);
        }
    }

    /**
     * RMSprop (Tieleman and Hinton 2012): g += weightDecay * p; v = alpha v + (1 - alpha) g^2; b = momentum * b + g / (sqrt(v) + epsilon);
     * p -= lr * b.
     *
     * @param alpha 0 to below 1
     * @param epsilon above 0
     * @param momentum 0 to below 1
     * @param weightDecay 0 to below 1
     */
    record RmsProp(double alpha, double epsilon, double momentum, double weightDecay) implements Optimizer {
        public RmsProp {
            check("alpha", alpha, 0, 1);
            check("momentum", momentum, 0, 1);
            check("weight decay", weightDecay, 0, 1);
            positive(epsilon);
        }
    }

    /** Plain gradient descent with a momentum. */
    static Optimizer sgd(double momentum) {
        return new Sgd(momentum, false, 0);
    }

    /** Adam with PyTorch's defaults. */
    static Optimizer adam() {
        return new Adam(0.9, 0.999, 1e-8, 0, false, true, false);
    }

    /** AdamW; biases and norms do not decay. */
    static Optimizer adamW(double weightDecay) {
        return new Adam(0.9, 0.999, 1e-8, weightDecay, true, false, false);
    }

    /** Descent with a momentum that looks ahead. */
    static Optimizer nesterov(double momentum) {
        return new Sgd(momentum, true, 0);
    }

    /** RMSprop with PyTorch's defaults. */
    static Optimizer rmsProp() {
        return new RmsProp(0.99, 1e-8, 0, 0);
    }

    private static void positive(double epsilon) {
        if (!(epsilon > 0)) {
            throw new OptionException("epsilon is " + epsilon + "; it must be above 0");
        }
    }

    private static void check(String name, double value, double min, double below) {
        if (!(value >= min && value < below)) {
            throw new OptionException(name + " is " + value + "; it must be at least " + min + " and below " + below);
        }
    }
}
