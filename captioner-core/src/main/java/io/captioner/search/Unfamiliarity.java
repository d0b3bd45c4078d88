package io.captioner.search;

import io.captioner.confidence.Familiarity;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;

/**
 * How far a photo is from the training photos, computed beside its caption; {@link Familiarity} has the formula.
 *
 * @param mean (D)
 * @param scale (D)
 */
public record Unfamiliarity(Tensor mean, Tensor scale) {
    /**
     * With its parameters, {@code familiarity.*}.
     *
     * @param parameters of the whole captioner
     * @param featureSize D
     */
    public static Unfamiliarity bind(Parameters parameters, int featureSize) {
        Parameters own = parameters.scope(Familiarity.SCOPE);
        Shape shape = Shape.of(featureSize);
        return new Unfamiliarity(
                own.buffer("mean", shape, Initializer.constant(0)),
                own.buffer("scale", shape, Initializer.constant(1)));
    }

    /** (N, L, D) to (N). */
    Tensor of(Tensor features) {
        Tensor f = features.mean(false, 1); // (N, D)
        Tensor g = f.relu()
                .plus(Familiarity.SILENCE)
                .log()
                .minus(f.negate().relu().plus(Familiarity.SILENCE).log());
        Tensor z = g.minus(mean).dividedBy(scale); // (N, D)
        return z.times(z).mean(false, 1);
    }
}
