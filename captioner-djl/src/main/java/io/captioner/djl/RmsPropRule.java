package io.captioner.djl;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.captioner.train.Optimizer;
import java.util.List;

/** RMSprop, with or without a momentum. */
final class RmsPropRule extends UpdateRule {
    private final Optimizer.RmsProp rule;

    RmsPropRule(Optimizer.RmsProp rule, PtNDManager root) {
        super(root, rule.momentum() > 0 ? List.of("square_avg", "momentum_buffer") : List.of("square_avg"));
        this.rule = rule;
    }

    @Override
    void apply(Weights.Weight weight, PtNDArray gradient, double learningRate, double scale, State state) {
        PtNDArray p = weight.array;
        try (PtNDManager step = (PtNDManager) p.getManager().newSubManager()) {
            AdamRule.Scalars scalars = new AdamRule.Scalars(step);
            PtNDArray g = scalars.times(gradient, scale);
            if (rule.weightDecay() > 0) {
                JniUtils.addi(g, scalars.times(p, rule.weightDecay()));
            }
            // v = alpha v + (1 - alpha) g^2
            PtNDArray v = state.arrays[0];
            JniUtils.muli(v, scalars.of(rule.alpha()));
            JniUtils.addi(v, scalars.times(scalars.own(JniUtils.mul(g, g)), 1 - rule.alpha()));
            // g / (sqrt(v) + epsilon)
            PtNDArray below = scalars.own(JniUtils.sqrt(v));
            JniUtils.addi(below, scalars.of(rule.epsilon()));
            PtNDArray move = scalars.own(JniUtils.div(g, below));
            if (rule.momentum() > 0) {
                PtNDArray b = state.arrays[1];
                JniUtils.muli(b, scalars.of(rule.momentum()));
                JniUtils.addi(b, move);
                move = b;
            }
            JniUtils.subi(p, scalars.times(move, learningRate));
        }
    }
}
