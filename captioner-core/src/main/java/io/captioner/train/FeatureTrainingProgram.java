package io.captioner.train;

import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import java.util.List;

/**
 * Trains a decoder on stored features: features FLOAT32 (N, L, D) and captions INT64 (N, R, T) give loss, cross entropy and words.
 *
 * @param decoder whose weights are named {@code decoder.*}
 * @param places L
 * @param featureSize D
 * @param vocabularySize V
 * @param loss what is minimised
 */
public record FeatureTrainingProgram(
        DecoderArchitecture decoder, int places, int featureSize, int vocabularySize, CaptionLoss loss)
        implements Program {
    @Override
    public List<Port> inputs() {
        return List.of(
                new Port("features", DType.FLOAT32, Shape.of(Shape.UNKNOWN, places, featureSize)),
                new Port("captions", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, Shape.UNKNOWN)));
    }

    @Override
    public List<String> outputs() {
        return TrainingOutputs.NAMES;
    }

    @Override
    public Computation bind(Parameters parameters) {
        Decoder bound = decoder.bind(parameters.scope("decoder"), featureSize, vocabularySize);
        return inputs -> TrainingOutputs.of(loss, bound.teacherForced(inputs.get(0), inputs.get(1)), inputs.get(1));
    }
}
