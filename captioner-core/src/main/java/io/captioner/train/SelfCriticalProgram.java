package io.captioner.train;

import io.captioner.nn.DType;
import io.captioner.nn.Decoder.Rollout;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.search.CaptionProgram;
import java.util.List;

/**
 * Makes captions likelier, or less likely, by what each was worth (Williams 1992; Rennie et al. 2017, equation 9): the first input of {@code
 * captions}, captions INT64 (N, R, T) that the model drew, and their advantage FLOAT32 (N, R) give loss, cross entropy (an estimate of the
 * model's entropy, as the captions are its own) and words.
 *
 * @param captions whose input and weights these are
 * @param temperature with which the captions were drawn
 */
public record SelfCriticalProgram(CaptionProgram captions, double temperature) implements Program {
    private static final long PADDING = 0;

    @Override
    public List<Port> inputs() {
        return List.of(
                captions.inputs().get(0),
                TrainingProgram.CAPTIONS,
                new Port("advantage", DType.FLOAT32, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN)));
    }

    @Override
    public List<String> outputs() {
        return TrainingOutputs.NAMES;
    }

    @Override
    public Computation bind(Parameters parameters) {
        CaptionProgram.Parts parts = captions.parts(parameters);
        return inputs -> {
            Tensor features = parts.encoder().encode(inputs.get(0)); // (N, L, D)
            Tensor drawn = inputs.get(1); // (N, R, T)
            return outputs(parts.decoder().teacherForced(features, drawn), drawn, inputs.get(2));
        };
    }

    private List<Tensor> outputs(Rollout rollout, Tensor drawn, Tensor advantage) {
        Tensor targets = drawn.slice(2, 1, Long.MAX_VALUE); // (N, R, T - 1), the end is one
        Tensor real = targets.equalTo(drawn.algebra().scalar(PADDING)).not().to(DType.FLOAT32);
        // log p(word) among the words that may be drawn
        Tensor bias = drawn.algebra().constant(captions.bias(captions.special().never()));
        Tensor logits = rollout.logits().plus(bias); // (N, R, T - 1, V)
        if (temperature != 1) {
            logits = logits.dividedBy((float) temperature);
        }
        Tensor logProbability = logits.logSoftmax(-1)
                .gather(-1, targets.expandDims(-1))
                .squeeze(-1)
                .times(real); // (N, R, T - 1)
        Tensor words = real.sum(false).clamp(1, Float.MAX_VALUE);
        // loss = - sum_{n, r} A_nr sum_t log p(w_nrt) / words
        Tensor loss = logProbability
                .sum(false, 2)
                .times(advantage)
                .sum(false)
                .dividedBy(words)
                .negate();
        Tensor crossEntropy = logProbability.sum(false).dividedBy(words).negate();
        return List.of(loss, crossEntropy, real.to(DType.INT64).sum(false));
    }
}
