package io.captioner.reference;

import io.captioner.ModelException;
import io.captioner.nn.Algebra;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Initializer;
import io.captioner.nn.Parameters;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.nn.WeightSource;
import java.util.function.Function;
import java.util.function.Predicate;

/** Parameters that must all be stored. */
public final class ReferenceParameters implements Parameters {
    private final ReferenceAlgebra algebra;
    private final String prefix;
    private final Function<String, Tensor> source;
    private final Predicate<String> learned;

    private ReferenceParameters(
            ReferenceAlgebra algebra, String prefix, Function<String, Tensor> source, Predicate<String> learned) {
        this.algebra = algebra;
        this.prefix = prefix;
        this.source = source;
        this.learned = learned;
    }

    /** Stored weights, nothing of which is learned. */
    public static ReferenceParameters of(ReferenceAlgebra algebra, WeightSource weights) {
        return of(algebra, name -> read(algebra, weights, name), name -> false);
    }

    /**
     * @param source tensors by full name
     * @param learned which parameters are not frozen, by full name; buffers beside them are moving statistics
     */
    public static ReferenceParameters of(
            ReferenceAlgebra algebra, Function<String, Tensor> source, Predicate<String> learned) {
        return new ReferenceParameters(algebra, "", source, learned);
    }

    private static Tensor read(ReferenceAlgebra algebra, WeightSource weights, String name) {
        if (!weights.names().contains(name)) {
            throw new ModelException(
                    "parameter " + name + " is missing among the weights; load weights made for this model");
        }
        HostTensor stored = weights.read(name);
        return algebra.constant(stored);
    }

    @Override
    public Tensor parameter(String name, Shape shape, Initializer initializer) {
        Tensor tensor = source.apply(prefix + name);
        if (!tensor.shape().equals(shape)) {
            throw new ModelException("parameter " + prefix + name + " is stored as " + tensor.shape()
                    + ", but the model wants " + shape);
        }
        return tensor;
    }

    @Override
    public Tensor buffer(String name, Shape shape, Initializer initializer) {
        ReferenceTensor tensor = ReferenceTensor.of(parameter(name, shape, initializer));
        return learned.test(prefix + "weight") ? tensor.asMovingStatistic() : tensor;
    }

    @Override
    public Parameters scope(String name) {
        return new ReferenceParameters(algebra, prefix + name + ".", source, learned);
    }

    @Override
    public Algebra algebra() {
        return algebra;
    }
}
