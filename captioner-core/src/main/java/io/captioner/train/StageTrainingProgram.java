package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Staged;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.search.Entry;
import java.util.List;

/**
 * Trains the encoder's last stages and the decoder on what the stages before them made of the pictures: activations FLOAT32 (N, ...) and
 * captions INT64 (N, R, T) give loss, cross entropy and words.
 *
 * @param architecture its encoder is {@link Staged}; weights of the stage and of those after it are named {@code encoder.*}, {@code decoder.*}
 * @param stage the first that the program computes
 * @param activations shape of what goes into that stage for one picture
 * @param vocabularySize V
 * @param loss what is minimised
 */
public record StageTrainingProgram(
        CaptionerArchitecture architecture, int stage, Shape activations, int vocabularySize, CaptionLoss loss)
        implements Program {
    public StageTrainingProgram {
        if (!(architecture.encoder() instanceof Staged)) {
            throw new OptionException(
                    "the encoder " + architecture.encoder().getClass().getSimpleName() + " has no stages");
        }
    }

    @Override
    public List<Port> inputs() {
        return TrainingOutputs.inputs(entry(), architecture.decoder());
    }

    @Override
    public List<String> outputs() {
        return TrainingOutputs.NAMES;
    }

    @Override
    public Computation bind(Parameters parameters) {
        int featureSize = architecture.encoder().featureSize();
        return TrainingOutputs.bind(parameters, entry(), architecture.decoder(), featureSize, vocabularySize, loss);
    }

    private Entry entry() {
        return Entry.stage((Staged) architecture.encoder(), stage, activations);
    }
}
