package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Staged;
import io.captioner.nn.DType;
import io.captioner.nn.Decoder;
import io.captioner.nn.DecoderArchitecture;
import io.captioner.nn.Encoder;
import io.captioner.nn.LatentDecoder;
import io.captioner.nn.Parameters;
import io.captioner.nn.Program;
import io.captioner.nn.Shape;
import io.captioner.nn.Tensor;
import io.captioner.search.Entry;
import java.util.List;

/**
 * Trains what follows an entry into the captioner, with the real words before each word: the picture, as the entry takes it, and captions INT64
 * (N, R, T) give loss, cross entropy and words. A decoder with a latent takes the weight of its term as well. Weights are named {@code
 * encoder.*} and {@code decoder.*}.
 *
 * @param entry where pictures enter
 * @param decoder its architecture
 * @param featureSize D of the encoder's features
 * @param vocabularySize V
 * @param loss what is minimised
 */
public record TrainingProgram(
        Entry entry, DecoderArchitecture decoder, int featureSize, int vocabularySize, CaptionLoss loss)
        implements Program {
    /** (N, R, T): start, words, end and padding. */
    static final Port CAPTIONS =
            new Port("captions", DType.INT64, Shape.of(Shape.UNKNOWN, Shape.UNKNOWN, Shape.UNKNOWN));

    /**
     * Encoder and decoder, from pixels UINT8 (N, 3, H, W).
     *
     * @param transform gives the size of the pixels and their normalisation
     */
    public static TrainingProgram fromPixels(
            CaptionerArchitecture architecture, ImageTransform transform, int vocabularySize, CaptionLoss loss) {
        return from(Entry.pixels(architecture.encoder(), transform), architecture, vocabularySize, loss);
    }

    /**
     * The encoder's last stages and the decoder, from what the stages before them made of the pictures: activations FLOAT32 (N, ...).
     *
     * @param stage the first that is computed, 0 to the number of stages
     * @param activations shape of what goes into that stage for one picture
     * @throws OptionException when the encoder is not {@link Staged}, or has no such stage
     */
    public static TrainingProgram fromStage(
            CaptionerArchitecture architecture, int stage, Shape activations, int vocabularySize, CaptionLoss loss) {
        if (!(architecture.encoder() instanceof Staged encoder)) {
            throw new OptionException(
                    "the encoder " + architecture.encoder().getClass().getSimpleName() + " has no stages");
        }
        return from(Entry.stage(encoder, stage, activations), architecture, vocabularySize, loss);
    }

    /**
     * The decoder alone, from stored features FLOAT32 (N, L, D).
     *
     * @param places L
     * @param featureSize D
     */
    public static TrainingProgram fromFeatures(
            DecoderArchitecture decoder, int places, int featureSize, int vocabularySize, CaptionLoss loss) {
        return new TrainingProgram(Entry.features(places, featureSize), decoder, featureSize, vocabularySize, loss);
    }

    static TrainingProgram from(Entry entry, CaptionerArchitecture architecture, int vocabularySize, CaptionLoss loss) {
        return new TrainingProgram(
                entry, architecture.decoder(), architecture.encoder().featureSize(), vocabularySize, loss);
    }

    @Override
    public List<Port> inputs() {
        return decoder.latentSize() > 0
                ? List.of(entry.port(), CAPTIONS, LatentTerms.WEIGHT)
                : List.of(entry.port(), CAPTIONS);
    }

    @Override
    public List<String> outputs() {
        return TrainingOutputs.NAMES;
    }

    @Override
    public Computation bind(Parameters parameters) {
        Encoder rest = entry.bind(parameters);
        Decoder writer = decoder.bind(parameters.scope("decoder"), featureSize, vocabularySize);
        return inputs -> {
            Tensor features = rest.encode(inputs.get(0)); // (N, L, D)
            return writer instanceof LatentDecoder latent
                    ? LatentTerms.of(latent, features, inputs.get(1)).outputs(loss, inputs.get(1), inputs.get(2))
                    : TrainingOutputs.of(loss, writer.teacherForced(features, inputs.get(1)), inputs.get(1));
        };
    }
}
