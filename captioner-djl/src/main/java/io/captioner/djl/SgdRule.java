package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.train.Optimizer;
import java.util.List;

/** Gradient descent, with or without a momentum. DJL's own folds the rate into the momentum, which differs once the rate changes. */
final class SgdRule extends UpdateRule {
    private final Optimizer.Sgd sgd;

    SgdRule(Optimizer.Sgd sgd, PtNDManager root) {
        super(root, sgd.momentum() > 0 ? List.of("momentum_buffer") : List.of());
        this.sgd = sgd;
    }

    @Override
    void apply(Weights.Weight weight, PtNDArray gradient, double learningRate, double scale, State state) {
        PtNDArray p = weight.array;
        try (PtNDManager step = (PtNDManager) p.getManager().newSubManager()) {
            AdamRule.Scalars scalars = new AdamRule.Scalars(step);
            PtNDArray g = scalars.times(gradient, scale);
            if (sgd.weightDecay() > 0) {
                JniUtils.addi(g, scalars.times(p, sgd.weightDecay()));
            }
            if (sgd.momentum() > 0) {
                PtNDArray v = state.arrays[0];
                JniUtils.muli(v, scalars.of(sgd.momentum()));
                JniUtils.addi(v, g);
                if (sgd.nesterov()) {
                    JniUtils.addi(g, scalars.times(v, sgd.momentum()));
                } else {
                    g = v;
                }
            }
            JniUtils.subi(p, scalars.times(g, learningRate));
        }
    }
}
