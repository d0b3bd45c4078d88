package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.ModelException;
import io.captioner.nn.DType;
import io.captioner.nn.HostTensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** The exponential moving average of what training changes; without a decay there is none. */
final class MovingAverage {
    private static final String STEP = "average.step";
    private static final String OF = ".average";

    private final double decay;
    private final Map<Weights.Weight, PtNDArray> arrays = new LinkedHashMap<>();
    private long step;
    private boolean on;

    /** @param root owner of the arrays */
    MovingAverage(double decay, Weights weights, PtNDManager root) {
        this.decay = decay;
        if (decay > 0) {
            for (Weights.Weight weight : weights.all()) {
                if (weight.moves) {
                    PtNDArray copy = JniUtils.clone(weight.array);
                    copy.attach(root);
                    arrays.put(weight, copy);
                }
            }
        }
    }

    /** After a step of the weights. */
    void update() {
        step++;
        // d' = min(d, (1 + t) / (10 + t)): the first weights, drawn at random, are soon forgotten
        double kept = Math.min(decay, (1.0 + step) / (10.0 + step));
        arrays.forEach((weight, average) -> {
            try (PtNDManager scope = (PtNDManager) average.getManager().newSubManager()) {
                AdamRule.Scalars scalars = new AdamRule.Scalars(scope);
                PtNDArray old = scalars.of(kept);
                // a = d' a + (1 - d') w
                Chunks.each(
                        parts -> {
                            JniUtils.muli(parts[0], old);
                            try (PtNDArray part = scalars.times(parts[1], 1 - kept)) {
                                JniUtils.addi(parts[0], part);
                            }
                        },
                        average,
                        weight.array);
            }
        });
    }

    /** Where a weight's values lie for who looks at the model now. */
    PtNDArray array(Weights.Weight weight) {
        return on ? arrays.getOrDefault(weight, weight.array) : weight.array;
    }

    <T> T within(Supplier<T> work) {
        boolean before = on;
        on = true;
        try {
            return work.get();
        } finally {
            on = before;
        }
    }

    void requireOff(String what) {
        if (on) {
            throw new IllegalStateException(
                    what + " changes weights; while the average stands for them that cannot be");
        }
    }

    /** {@code average.step} INT64 (), and {@code NAME.average} of the parameter's shape. */
    Map<String, HostTensor> read() {
        Map<String, HostTensor> values = new LinkedHashMap<>();
        if (decay > 0) {
            values.put(STEP, HostTensor.scalar(step));
            arrays.forEach((weight, average) ->
                    values.put(weight.name + OF, Transfer.read(average, DType.FLOAT32, weight.shape)));
        }
        return values;
    }

    /** Refuses a state without the average, or of another model. */
    void check(Map<String, HostTensor> values) {
        if (decay > 0) {
            HostTensor count = values.get(STEP);
            if (count == null || count.type() != DType.INT64) {
                throw new ModelException("to restore, " + STEP
                        + " must be there: the state is of a training without an average of its weights");
            }
            arrays.keySet().forEach(weight -> {
                HostTensor value = values.get(weight.name + OF);
                if (value == null
                        || value.type() != DType.FLOAT32
                        || !value.shape().equals(weight.shape)) {
                    throw new ModelException(
                            "to restore, " + weight.name + OF + " must be FLOAT32 " + weight.shape + ", not " + value);
                }
            });
        }
    }

    void write(Map<String, HostTensor> values) {
        if (decay > 0) {
            step = Objects.requireNonNull(values.get(STEP)).longs().get(0);
            arrays.forEach((weight, average) ->
                    Transfer.overwrite(average, Objects.requireNonNull(values.get(weight.name + OF))));
        }
    }
}
