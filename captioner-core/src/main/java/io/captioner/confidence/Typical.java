package io.captioner.confidence;

import io.captioner.DatasetException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.weights.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the pooled features of training photos are like: mean and standard deviation of g(f), (D) each; {@link Familiarity} has the formula.
 */
final class Typical {
    /** A channel that never changes says nothing, and must not decide alone. */
    private static final double LEAST_SCALE = 0.05;

    private static final int FEWEST = 20;

    private final float[] mean;
    private final float[] scale;

    private Typical(float[] mean, float[] scale) {
        this.mean = mean;
        this.scale = scale;
    }

    /**
     * @param features D numbers of each photo
     * @throws DatasetException when photos are fewer than twenty
     */
    static Typical of(List<float[]> features) {
        requireEnough(features.size());
        int channels = features.get(0).length;
        float[] mean = new float[channels];
        float[] scale = new float[channels];
        for (int d = 0; d < channels; d++) {
            int channel = d;
            double[] values =
                    features.stream().mapToDouble(f -> logarithm(f[channel])).toArray();
            double average = Arrays.stream(values).average().orElseThrow();
            double variance = Arrays.stream(values)
                    .map(value -> (value - average) * (value - average))
                    .average()
                    .orElseThrow();
            mean[d] = (float) average;
            scale[d] = (float) Math.max(LEAST_SCALE, Math.sqrt(variance));
        }
        return new Typical(mean, scale);
    }

    static void requireEnough(int photos) {
        if (photos < FEWEST) {
            throw new DatasetException("what training photos are like is learned from " + FEWEST
                    + " of them at least, not " + photos + ": give a larger split");
        }
    }

    /** g. */
    private static double logarithm(double x) {
        return Math.log(Math.max(x, 0) + Familiarity.SILENCE) - Math.log(Math.max(-x, 0) + Familiarity.SILENCE);
    }

    /** u of a photo with these features, (D). */
    double unfamiliarity(float[] features) {
        double sum = 0;
        for (int d = 0; d < mean.length; d++) {
            double z = (logarithm(features[d]) - mean[d]) / scale[d];
            sum += z * z;
        }
        return sum / mean.length;
    }

    /** As a package keeps them. */
    Weights weights() {
        Shape shape = Shape.of(mean.length);
        return Weights.of(Map.of("mean", HostTensor.ofFloats(shape, mean), "scale", HostTensor.ofFloats(shape, scale)))
                .prefixed(Familiarity.SCOPE + ".");
    }
}
