package io.captioner.onnx;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;

/** Ranges of activations, stored beside the weights: a FLOAT32 (2) each, smallest and largest value, named after the value in the graph. */
final class Ranges {
    private static final String PREFIX = "activation_range/";

    private Ranges() {}

    /** Those of a model; none where it has not been quantised. */
    static Map<String, Range> of(WeightSource weights) {
        Map<String, Range> ranges = new LinkedHashMap<>();
        for (String name : weights.names()) {
            int at = at(name);
            if (at >= 0) {
                if (!weights.shape(name).equals(Shape.of(2))) {
                    throw new ModelException("the tensor " + name + " is " + weights.shape(name) + "; it must be "
                            + Shape.of(2) + ", the ends of a range; quantise the model again");
                }
                float[] ends = weights.read(name).toFloatArray();
                ranges.put(name.substring(0, at) + name.substring(at + PREFIX.length()), new Range(ends[0], ends[1]));
            }
        }
        return ranges;
    }

    static boolean areIn(WeightSource weights) {
        return weights.names().stream().anyMatch(name -> at(name) >= 0);
    }

    static Weights without(WeightSource weights) {
        return Weights.of(weights).filtered(name -> at(name) < 0);
    }

    /** Where in a tensor's name it says that it is a range: at the beginning, or behind the scope of an ensemble's member; else -1. */
    private static int at(String name) {
        int at = name.indexOf(PREFIX);
        return at > 0 && name.charAt(at - 1) != '.' ? -1 : at;
    }

    static Map<String, HostTensor> tensors(Map<String, Range> ranges) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        ranges.forEach((value, range) ->
                tensors.put(PREFIX + value, HostTensor.ofFloats(Shape.of(2), range.min(), range.max())));
        return tensors;
    }
}
