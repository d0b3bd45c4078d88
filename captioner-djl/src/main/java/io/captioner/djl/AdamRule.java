package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.nn.DType;
import io.captioner.train.Optimizer;
import java.util.ArrayList;
import java.util.List;

/** Adam, AdamW and AMSGrad. */
final class AdamRule extends UpdateRule {
    private final Optimizer.Adam adam;
    private final Kernels kernels;

    AdamRule(Optimizer.Adam adam, PtNDManager root, Kernels kernels) {
        super(
                root,
                adam.amsgrad() ? List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq") : List.of("exp_avg", "exp_avg_sq"));
        this.adam = adam;
        this.kernels = kernels;
    }

    @Override
    void apply(Weights.Weight weight, PtNDArray gradient, double learningRate, double scale, State state) {
        double decay = adam.decayBiases() || !adam.decoupled() || weight.shape.rank() > 1 ? adam.weightDecay() : 0;
        PtNDArray p = weight.array;
        try (PtNDManager owner = (PtNDManager) p.getManager().newSubManager()) {
            // libtorch's own scaling would write into the gradient, which another weight may have too
            PtNDArray g = scale == 1 ? gradient : new Scalars(owner).times(gradient, scale);
            List<PtNDArray> arrays = new ArrayList<>(List.of(p, g));
            arrays.addAll(List.of(state.arrays));
            arrays.add(Transfer.scalar(owner, state.step, DType.FLOAT32));
            double[] numbers = {
                learningRate, adam.beta1(), adam.beta2(), decay, adam.epsilon(), adam.decoupled() ? 1 : 0
            };
            kernels.adam(owner, arrays, numbers);
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
