package io.captioner.train;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.WeightSource;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What a training works on and with, beside its recipe.
 *
 * @param vocabulary given, or null to count words
 * @param wordVectors a file, or null for none
 * @param encoder what of the encoder is trained
 * @param frozen beginnings of the full names of further parameters that are not
 * @param trainingBackend one given as an object, or null to look for {@code backend}
 */
record TrainingSetup(
        String modelId,
        CaptionerArchitecture architecture,
        ImageTransform transform,
        CaptionDataset dataset,
        @Nullable Vocabulary vocabulary,
        WeightSource initial,
        @Nullable Path wordVectors,
        EncoderTraining encoder,
        List<String> frozen,
        Path output,
        Path work,
        Path features,
        boolean resume,
        GenerationOptions generation,
        Safetensors.Precision precision,
        List<TrainingListener> listeners,
        @Nullable Backend backend,
        @Nullable TrainingBackend trainingBackend,
        @Nullable Backend featureBackend,
        Device device,
        int threads) {
    TrainingSetup {
        encoder.requireSuiting(architecture.encoder());
        frozen = List.copyOf(frozen);
        listeners = List.copyOf(listeners);
    }

    /** Whether what goes into a step is computed once for each picture, and not from its pixels each time. */
    boolean encodesOnce() {
        return encoder.part() == EncoderTraining.Part.NONE || stage() > 0;
    }

    /** The encoder's first stage that is trained, what goes into it being computed once; 0 where pixels or features go in. */
    int stage() {
        return encoder.stage();
    }

    /** Which parameters are trained, by their full names. */
    Predicate<String> learned() {
        Predicate<String> ofEncoder = encoder.learned(architecture.encoder());
        return name -> frozen.stream().noneMatch(name::startsWith)
                && (!name.startsWith("encoder.") || ofEncoder.test(name.substring("encoder.".length())));
    }

    /** @throws OptionException when the recipe asks for what this setup cannot give */
    void requireSuiting(Recipe recipe) {
        if (recipe.crop().wanted() && encodesOnce()) {
            throw new OptionException("crops need pixels, but the encoder is " + encoder
                    + ", and what goes into training is computed once for each picture: train the whole encoder"
                    + " with trainEncoder(), or leave crops out");
        }
    }
}
