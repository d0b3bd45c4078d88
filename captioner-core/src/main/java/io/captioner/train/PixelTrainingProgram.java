package io.captioner.train;

import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.Encoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
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
        return List.of(
                new Port("pixels", DType.UINT8, Shape.of(Shape.UNKNOWN, 3, transform.height(), transform.width())),
                new Port("captions", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, Shape.UNKNOWN)));
    }

    @Override
    public List<String> outputs() {
        return TrainingOutputs.NAMES;
    }

    @Override
    public Computation bind(Parameters parameters) {
        Encoder encoder = architecture.encoder().bind(parameters.scope("encoder"));
        Decoder decoder = architecture
                .decoder()
                .bind(parameters.scope("decoder"), architecture.encoder().featureSize(), vocabularySize);
        return inputs -> {
            Tensor features = encoder.encode(transform.normalise(inputs.get(0))); // (N, L, D)
            return TrainingOutputs.of(loss, decoder.teacherForced(features, inputs.get(1)), inputs.get(1));
        };
    }
}
