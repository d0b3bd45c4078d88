package io.captioner.cli;

import io.captioner.OptionException;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.pack.ModelPackage;
import io.captioner.train.Trainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A training recipe, read from a JSON file: a model, and one training or phases of it. Every key may be left out; the defaults are a good
 * recipe for a frozen encoder and a few thousand photos. {@code docs/training.md} lists the keys.
 */
final class TrainConfig {
    final ModelKeys model;
    final List<TrainingKeys> phases;
    private final RecipeFile file;

    private TrainConfig(RecipeFile file) {
        this.file = file;
        model = new ModelKeys(file);
        List<TrainingKeys> read = new ArrayList<>();
        List<RecipeFile> changes = file.changes("phases");
        for (RecipeFile change : changes) {
            change.refuse(
                    "encoder",
                    "names an architecture, which is that of the whole recipe; what of it is trained in a phase is trainEncoder");
            read.add(new TrainingKeys(change));
            change.requireNothingElse();
        }
        if (changes.isEmpty()) {
            read.add(new TrainingKeys(file));
        }
        file.requireNothingElse();
        phases = List.copyOf(read);
    }

    /** All defaults. */
    static TrainConfig defaults() {
        return new TrainConfig(RecipeFile.empty());
    }

    /** @throws OptionException naming the file, and the line, the key, its value and its limits where one is wrong */
    static TrainConfig read(Path file) {
        return new TrainConfig(RecipeFile.read(file));
    }

    /** The same with other defaults, by key, where the recipe does not say. */
    TrainConfig withDefaults(Map<String, Integer> defaults) {
        return defaults.isEmpty() ? this : new TrainConfig(file.withDefaults(defaults));
    }

    /**
     * Refuses a phase that cannot be, now rather than after the phases before it.
     *
     * @param start what training starts from, or null
     */
    void check(@Nullable ModelPackage start) {
        phases.forEach(phase -> phase.trainEncoder.requireIn(encoder(start), phase.at("trainEncoder")));
    }

    /**
     * A trainer with all that the recipe says of a phase; data, places and weights are the caller's.
     *
     * @param start what the phase starts from, or null: then the recipe says what the model is only where it has keys for that
     */
    Trainer.Builder trainer(TrainingKeys phase, @Nullable ModelPackage start) {
        Trainer.Builder trainer = Trainer.builder();
        if (start == null || model.named) {
            trainer.architecture(model.architecture).transform(model.transform);
        }
        phase.apply(trainer.minCount(model.minCount));
        return phase.trainEncoder.apply(trainer, encoder(start));
    }

    private EncoderArchitecture encoder(@Nullable ModelPackage start) {
        return (start == null || model.named ? model.architecture : start.architecture()).encoder();
    }
}
