package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What gradients are taken of in one step: the learned weights' memory, in arrays of the step that remember their gradient. */
final class Leaves {
    private final Run run;
    private final Map<Weights.Weight, PtNDArray> byWeight = new LinkedHashMap<>();

    Leaves(Run run) {
        this.run = run;
    }

    PtNDArray of(Weights.Weight weight) {
        if (!weight.learned) {
            return weight.array;
        }
        return byWeight.computeIfAbsent(weight, key -> {
            PtNDArray leaf = JniUtils.detachGradient(key.array);
            leaf.attach(run.manager());
            return run.requireTape().leaf(leaf);
        });
    }

    /** Of those that the loss depends on; as in PyTorch the others are not updated at all. */
    Map<Weights.Weight, PtNDArray> gradients() {
        Map<Weights.Weight, PtNDArray> gradients = new LinkedHashMap<>();
        byWeight.forEach((weight, leaf) -> {
            @Nullable PtNDArray gradient = run.requireTape().gradient(leaf);
            if (gradient != null) {
                gradients.put(weight, gradient);
            }
        });
        return gradients;
    }

    /** Of all weights that the computation asked for, by name; zeros where the loss does not depend on one. */
    Map<String, HostTensor> read() {
        Map<String, HostTensor> gradients = new LinkedHashMap<>();
        byWeight.forEach((weight, leaf) -> gradients.put(weight.name, read(leaf, weight.shape)));
        return gradients;
    }

    /** The gradient of a leaf of this step, zeros where the loss does not depend on it. */
    HostTensor read(PtNDArray leaf, Shape shape) {
        PtNDArray gradient = run.requireTape().gradient(leaf);
        return gradient == null
                ? HostTensor.allocate(DType.FLOAT32, shape)
                : Transfer.read(gradient, DType.FLOAT32, shape);
    }
}
