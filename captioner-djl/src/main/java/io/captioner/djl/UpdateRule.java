package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Shape;
import io.captioner.train.Optimizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An optimiser with its state: for each parameter the number of its updates and arrays of its shape, made at the first update. */
abstract class UpdateRule {
    private static final String STEP = ".step";

    private final PtNDManager root;
    private final List<String> parts;
    private final Map<String, State> states = new LinkedHashMap<>();

    /** @param parts names of the arrays, as PyTorch calls them */
    UpdateRule(PtNDManager root, List<String> parts) {
        this.root = root;
        this.parts = parts;
    }

    static UpdateRule of(Optimizer optimizer, PtNDManager root, Kernels kernels) {
        if (optimizer instanceof Optimizer.Adam adam) {
            return new AdamRule(adam, root, kernels);
        }
        if (optimizer instanceof Optimizer.RmsProp rmsProp) {
            return new RmsPropRule(rmsProp, root);
        }
        return new SgdRule((Optimizer.Sgd) optimizer, root);
    }

    static final class State {
        long step;
        final PtNDArray[] arrays;

        private State(long step, PtNDArray[] arrays) {
            this.step = step;
            this.arrays = arrays;
        }
    }

    /**
     * Changes a weight in place.
     *
     * @param scale of the gradient, from clipping
     */
    final void update(Weights.Weight weight, PtNDArray gradient, double learningRate, double scale) {
        State state = states.computeIfAbsent(weight.name, name -> {
            PtNDArray[] arrays = new PtNDArray[parts.size()];
            java.util.Arrays.setAll(arrays, i -> Transfer.zeros(root, weight.shape));
            return new State(0, arrays);
        });
        state.step++;
        apply(weight, gradient, learningRate, scale, state);
    }

    abstract void apply(Weights.Weight weight, PtNDArray gradient, double learningRate, double scale, State state);

    /** {@code NAME.step} INT64 (), and {@code NAME.PART} of the parameter's shape. */
    Map<String, HostTensor> read(Weights weights) {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        for (Weights.Weight weight : weights.all()) {
            State state = states.get(weight.name);
            if (state != null) {
                values.put(weight.name + STEP, HostTensor.scalar(state.step));
                for (int i = 0; i < state.arrays.length; i++) {
                    values.put(
                            weight.name + "." + parts.get(i),
                            Transfer.read(state.arrays[i], DType.FLOAT32, weight.shape));
                }
            }
        }
        return values;
    }

    /** Refuses what does not belong to these weights and this rule. */
    void check(Weights weights, Map<String, HostTensor> values) {
        for (Weights.Weight weight : weights.all()) {
            @Nullable HostTensor step = values.get(weight.name + STEP);
            if (step != null) {
                require(weight.name + STEP, step, DType.INT64, Shape.of());
                for (String part : parts) {
                    require(
                            weight.name + "." + part,
                            values.get(weight.name + "." + part),
                            DType.FLOAT32,
                            weight.shape);
                }
            }
        }
    }

    private static void require(String name, @Nullable HostTensor value, DType type, Shape shape) {
        if (value == null || value.type() != type || !value.shape().equals(shape)) {
            throw new ModelException("to restore, the optimiser's " + name + " must be " + type + " " + shape + ", not "
                    + value + ": the state belongs to another optimiser or model");
        }
    }

    void write(Weights weights, Map<String, HostTensor> values) {
        for (State state : states.values()) {
            for (PtNDArray array : state.arrays) {
                array.close();
            }
        }
        states.clear();
        for (Weights.Weight weight : weights.all()) {
            HostTensor step = values.get(weight.name + STEP);
            if (step != null) {
                PtNDArray[] arrays = new PtNDArray[parts.size()];
                java.util.Arrays.setAll(
                        arrays,
                        i -> Transfer.copy(
                                root, java.util.Objects.requireNonNull(values.get(weight.name + "." + parts.get(i)))));
                states.put(weight.name, new State(step.longs().get(0), arrays));
            }
        }
    }
}
