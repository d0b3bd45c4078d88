package io.captioner.train;

import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.search.Entry;
import java.util.List;

/**
 * Trains encoder and decoder: pixels UINT8 (N, 3, H, W) and captions INT64 (N, R, T) give loss, cross entropy and words.
 *
 * @param architecture whose weights are named {@code encoder.*} and {@code decoder.*}
 * @param transform gives the size of the pixels and their normalisation
 * @param vocabularySize V
 * @param loss what is minimised
 */
public record PixelTrainingProgram(
        CaptionerArchitecture architecture, ImageTransform transform, int vocabularySize, CaptionLoss loss)
        implements Program {
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
        return Entry.pixels(architecture.encoder(), transform);
    }
}
