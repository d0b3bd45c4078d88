package io.captioner.djl;

import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;

/** Reads parameters, checked. */
final class Stored {
    private Stored() {}

    static HostTensor read(WeightSource weights, String name, Shape shape) {
        Shape stored = weights.shape(name);
        if (!stored.equals(shape)) {
            throw new ModelException("tensor " + name + " is " + stored + " in the weights; the model's is " + shape
                    + ": the weights belong to another model or other hyper-parameters");
        }
        HostTensor value = weights.read(name);
        if (value.type() != DType.FLOAT32 || !value.shape().equals(shape)) {
            throw new ModelException("tensor " + name + " reads as " + value + "; expected FLOAT32 " + shape);
        }
        return value;
    }

    static ModelException missing(WeightSource weights, String name, Shape shape) {
        return new ModelException("tensor " + name + " " + shape + " is not among the "
                + weights.names().size() + " stored ones: the weights are incomplete or belong to another model");
    }

    static ModelException differs(String name, Shape before, Shape now) {
        return new ModelException(
                "parameter " + name + " is bound as " + before + " and as " + now + ": one name has one shape");
    }
}
