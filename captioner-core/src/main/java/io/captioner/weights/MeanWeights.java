package io.captioner.weights;

import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Set;

/** The mean of several models' weights (Izmailov et al. 2018), computed when it is read: no model is in memory whole. */
public final class MeanWeights implements WeightSource {
    private final List<WeightSource> sources;

    private MeanWeights(List<WeightSource> sources) {
        this.sources = sources;
    }

    /**
     * @param sources one or more, of equal names and shapes
     * @throws ModelException when they differ
     */
    public static MeanWeights of(List<? extends WeightSource> sources) {
        if (sources.isEmpty()) {
            throw new ModelException("the mean of no weights is wanted; name one model at least");
        }
        WeightSource first = sources.get(0);
        for (int i = 1; i < sources.size(); i++) {
            WeightSource other = sources.get(i);
            if (!other.names().equals(first.names())) {
                throw new ModelException("the first and the " + (i + 1) + "th model have different parameters: "
                        + difference(first.names(), other.names()));
            }
            for (String name : first.names()) {
                if (!other.shape(name).equals(first.shape(name))) {
                    throw new ModelException(
                            "parameter " + name + " is " + first.shape(name) + " in the first model and "
                                    + other.shape(name) + " in the " + (i + 1) + "th; they must be equal");
                }
            }
        }
        return new MeanWeights(List.copyOf(sources));
    }

    private static String difference(Set<String> one, Set<String> other) {
        return one.stream()
                .filter(name -> !other.contains(name))
                .findFirst()
                .map(name -> name + " is in the first alone")
                .orElseGet(() -> other.stream()
                                .filter(name -> !one.contains(name))
                                .findFirst()
                                .orElseThrow()
                        + " is not in the first");
    }

    @Override
    public Set<String> names() {
        return sources.get(0).names();
    }

    @Override
    public Shape shape(String name) {
        return sources.get(0).shape(name);
    }

    /** Summed in 64 bits. */
    @Override
    public HostTensor read(String name) {
        Shape shape = shape(name);
        double[] sum = new double[Math.toIntExact(shape.size())];
        for (WeightSource source : sources) {
            FloatBuffer values = source.read(name).floats();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += values.get(i);
            }
        }
        HostTensor mean = HostTensor.allocate(DType.FLOAT32, shape);
        for (int i = 0; i < sum.length; i++) {
            mean.floats().put(i, (float) (sum[i] / sources.size()));
        }
        return mean;
    }
}
