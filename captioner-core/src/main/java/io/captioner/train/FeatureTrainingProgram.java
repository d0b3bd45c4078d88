package io.captioner.train;

import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.search.Entry;
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
        return TrainingOutputs.inputs(entry(), decoder);
    }

    @Override
    public List<String> outputs() {
        return TrainingOutputs.NAMES;
    }

    @Override
    public Computation bind(Parameters parameters) {
        return TrainingOutputs.bind(parameters, entry(), decoder, featureSize, vocabularySize, loss);
    }

    private Entry entry() {
        return Entry.features(places, featureSize);
    }
}
