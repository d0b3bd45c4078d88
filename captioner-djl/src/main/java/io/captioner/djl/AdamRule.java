package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.train.Optimizer;
import java.util.List;

/** Adam, AdamW and AMSGrad. */
final class AdamRule extends UpdateRule {
    private static final int M = 0;
    private static final int V = 1;
    private static final int V_MAX = 2;

    private final Optimizer.Adam adam;

    AdamRule(Optimizer.Adam adam, PtNDManager root) {
        super(
                root,
                adam.amsgrad() ? List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq") : List.of("exp_avg", "exp_avg_sq"));
        this.adam = adam;
    }

    @Override
    void apply(Weights.Weight weight, PtNDArray gradient, double learningRate, double scale, State state) {
        double decay = adam.decayBiases() || !adam.decoupled() || weight.shape.rank() > 1 ? adam.weightDecay() : 0;
        // lr (m / c1) / (sqrt(v / c2) + eps) = (lr sqrt(c2) / c1) m / (sqrt(v) + eps sqrt(c2)),   c = 1 - b^t
        double root2 = Math.sqrt(1 - Math.pow(adam.beta2(), state.step));
        double rate = learningRate * root2 / (1 - Math.pow(adam.beta1(), state.step));
        double epsilon = adam.epsilon() * root2;
        if (adam.amsgrad()) {
            amsgrad(weight.array, gradient, state, learningRate, rate, epsilon, decay, scale);
            return;
        }
        Chunks.each(
                parts -> JniUtils.adamUpdate(
                        parts[0],
                        parts[1],
                        parts[2],
                        parts[3],
                        (float) learningRate,
                        (float) rate,
                        (float) decay,
                        (float) scale,
                        -1,
                        (float) adam.beta1(),
                        (float) adam.beta2(),
                        (float) epsilon,
                        adam.decoupled() && decay > 0),
                weight.array,
                gradient,
                state.arrays[M],
                state.arrays[V]);
    }

    /** As above, with the largest v so far: DJL has no such update. */
    private void amsgrad(
            PtNDArray p,
            PtNDArray gradient,
            State state,
            double learningRate,
            double rate,
            double epsilon,
            double decay,
            double scale) {
        try (PtNDManager step = (PtNDManager) p.getManager().newSubManager()) {
            Scalars scalars = new Scalars(step);
            PtNDArray g = scalars.times(gradient, scale);
            if (decay > 0 && adam.decoupled()) {
                JniUtils.muli(p, scalars.of(1 - learningRate * decay));
            } else if (decay > 0) {
                JniUtils.addi(g, scalars.times(p, decay));
            }
            PtNDArray m = state.arrays[M];
            PtNDArray v = state.arrays[V];
            JniUtils.muli(m, scalars.of(adam.beta1()));
            JniUtils.addi(m, scalars.times(g, 1 - adam.beta1()));
            JniUtils.muli(v, scalars.of(adam.beta2()));
            JniUtils.addi(v, scalars.times(scalars.own(JniUtils.mul(g, g)), 1 - adam.beta2()));
            PtNDArray largest = JniUtils.max(state.arrays[V_MAX], v);
            state.arrays[V_MAX].close();
            state.arrays[V_MAX] = largest;
            PtNDArray below = scalars.own(JniUtils.sqrt(largest));
            JniUtils.addi(below, scalars.of(epsilon));
            JniUtils.subi(p, scalars.own(JniUtils.div(scalars.times(m, rate), below)));
        }
    }

    /** Numbers and results on the way, freed together. */
    record Scalars(PtNDManager step) {
        PtNDArray of(double value) {
            return Transfer.scalar(step, value, DType.FLOAT32);
        }

        PtNDArray times(PtNDArray x, double value) {
            return own(JniUtils.mul(x, of(value)));
        }

        PtNDArray own(PtNDArray x) {
            x.attach(step);
            return x;
        }
    }
}
