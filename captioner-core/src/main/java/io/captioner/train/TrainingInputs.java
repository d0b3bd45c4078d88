package io.captioner.train;

import io.captioner.nn.Program;
import io.captioner.text.Vocabulary;
import java.util.Set;

/**
 * What goes into the steps: the program, and its first input for the pictures of each split.
 *
 * @param frozen names of the weights that are part of the model and not of the program
 */
record TrainingInputs(Program program, Pictures train, Pictures dev, Set<String> frozen, Runnable closing)
        implements AutoCloseable {
    /** Pixels, for an encoder that is trained. */
    static TrainingInputs pixels(
            Trainer.Setup setup, Examples train, Examples dev, Vocabulary vocabulary, CaptionLoss loss) {
        return new TrainingInputs(
                new PixelTrainingProgram(setup.architecture(), setup.transform(), vocabulary.size(), loss),
                new DecodedPictures(train.images(), setup.transform()),
                new DecodedPictures(dev.images(), setup.transform()),
                Set.of(),
                () -> {});
    }

    @Override
    public void close() {
        closing.run();
    }
}
