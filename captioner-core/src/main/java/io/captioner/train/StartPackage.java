package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.pack.ModelPackage;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Weights;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a training takes over from a finished model, and that nothing beside it says otherwise. */
record StartPackage(ModelPackage model) {
    StartPackage {
        if (!(model.vocabulary() instanceof Vocabulary)) {
            throw new OptionException(
                    "the model " + model.id()
                            + " writes pieces of words or other ids; training goes on from a model with a word vocabulary (vocabulary.txt) only");
        }
    }

    CaptionerArchitecture architecture(@Nullable CaptionerArchitecture beside) {
        return same("architecture", model.architecture(), beside);
    }

    ImageTransform transform(@Nullable ImageTransform beside) {
        return same("transform", model.transform(), beside);
    }

    Vocabulary vocabulary(@Nullable Vocabulary beside) {
        Vocabulary own = (Vocabulary) model.vocabulary();
        if (beside != null && !beside.toText().equals(own.toText())) {
            throw new OptionException("vocabulary(...) has " + beside.size() + " words and is not that of the model "
                    + model.id() + ", with " + own.size() + " words, that training starts from: leave it out");
        }
        return own;
    }

    /** Refuses weights beside the model's. */
    Weights weights(Weights beside, @Nullable Path wordVectors) {
        if (!beside.names().isEmpty() || wordVectors != null) {
            throw new OptionException((wordVectors != null ? "wordVectors(...)" : "weights(...)")
                    + " are set beside the model " + model.id()
                    + " that training starts from, which has all weights: leave one of the two out");
        }
        return Weights.of(model.withoutReliability().withoutTags().weights());
    }

    private <T> T same(String name, T own, @Nullable T beside) {
        if (beside != null && !beside.equals(own)) {
            throw new OptionException(name + "(...) is " + beside + ", that of the model " + model.id()
                    + " that training starts from is " + own + ": leave it out, or start from another model");
        }
        return own;
    }
}
