package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.model.Staged;
import io.captioner.nn.EncoderArchitecture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What of an encoder is trained.
 *
 * @param part nothing, the stages from one on, or all
 * @param stage the first that is trained of {@link Part#STAGES}, else 0
 * @param statistics whether batch normalisation in what is trained takes and updates statistics of the batches, or null for the default
 */
record EncoderTraining(Part part, int stage, @Nullable Boolean statistics) {
    static final EncoderTraining FROZEN = new EncoderTraining(Part.NONE, 0, null);

    enum Part {
        NONE,
        STAGES,
        ALL
    }

    EncoderTraining {
        Limits.atLeast("first stage to be fine-tuned", stage, 0);
    }

    EncoderTraining none() {
        return new EncoderTraining(Part.NONE, 0, statistics);
    }

    EncoderTraining fromStage(int first) {
        return new EncoderTraining(Part.STAGES, first, statistics);
    }

    EncoderTraining whole() {
        return new EncoderTraining(Part.ALL, 0, statistics);
    }

    EncoderTraining withStatistics(boolean updated) {
        return new EncoderTraining(part, stage, updated);
    }

    boolean statisticsUpdated() {
        return statistics != null ? statistics : updatedByDefault();
    }

    // A few epochs of fine-tuning on little data spoil statistics that millions of pictures made.
    private boolean updatedByDefault() {
        return part == Part.ALL;
    }

    /** @throws OptionException when the encoder has no stages, or not so many */
    void requireSuiting(EncoderArchitecture encoder) {
        if (part == Part.STAGES && !(encoder instanceof Staged)) {
            throw new OptionException("the encoder " + encoder.getClass().getSimpleName()
                    + " has no stages: train it whole with trainEncoder(), or freeze it");
        }
        learned(encoder); // refuses a stage that it does not have
    }

    /** Which of the encoder's parameters are trained, by their names in it. */
    Predicate<String> learned(EncoderArchitecture encoder) {
        return switch (part) {
            case NONE -> name -> false;
            case STAGES -> ((Staged) encoder).fromStage(stage);
            case ALL -> name -> true;
        };
    }

    /** As recipes name it; kept in checkpoints and packages. */
    @Override
    public String toString() {
        String what = switch (part) {
            case NONE -> "frozen";
            case STAGES -> "fine-tuned from stage " + stage;
            case ALL -> "trained";
        };
        if (part == Part.NONE || statisticsUpdated() == updatedByDefault()) {
            return what;
        }
        return what + (statisticsUpdated() ? ", statistics updated" : ", statistics kept");
    }
}
