package io.captioner.onnx;

import io.captioner.ModelException;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.nn.WeightSource;
import io.captioner.weights.ActivationRanges;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@link ActivationRanges} as the graph needs them: named after the value in the graph, or after the matrix that it is multiplied with.
 */
final class Ranges {
    private Ranges() {}

    /** Those of a model; none where it has not been quantised. */
    static Map<String, Range> of(WeightSource weights) {
        Map<String, Range> ranges = new LinkedHashMap<>();
        for (String name : weights.names()) {
            if (ActivationRanges.is(name)) {
                if (!weights.shape(name).equals(Shape.of(2))) {
                    throw new ModelException("the tensor " + name + " is " + weights.shape(name) + "; it must be "
                            + Shape.of(2) + ", the ends of a range; quantise the model again");
                }
                float[] ends = weights.read(name).toFloatArray();
                ranges.put(name.replace(ActivationRanges.PREFIX, ""), new Range(ends[0], ends[1]));
            }
        }
        return ranges;
    }

    static Map<String, HostTensor> tensors(Map<String, Range> ranges) {
        Map<String, HostTensor> tensors = new LinkedHashMap<>();
        ranges.forEach((value, range) -> tensors.put(
                ActivationRanges.PREFIX + value, HostTensor.ofFloats(Shape.of(2), range.min(), range.max())));
        return tensors;
    }
}
