package io.captioner.train;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Hears how training goes: for progress bars, metric files, alarms. Called on the thread that trains, in the order of registration; an
 * exception ends the training, which can be resumed from its last checkpoint.
 */
public interface TrainingListener {
    /** Before the first step. */
    default void onStart(Start start) {}

    /**
     * While the features of a frozen encoder are computed.
     *
     * @param done pictures so far
     * @param total pictures in all
     */
    default void onFeatures(int done, int total) {}

    /** In {@link SelfCritical} training, before {@link #onStep}. */
    default void onReward(RewardMetrics rewards) {}

    /** After each step. */
    default void onStep(StepMetrics step) {}

    /** After each epoch and its evaluation. */
    default void onEpoch(EpochMetrics epoch) {}

    /** After a checkpoint was written. */
    default void onCheckpoint(Path checkpoint) {}

    /** After the model package was written. */
    default void onEnd(TrainingResult result) {}

    /**
     * What lies ahead.
     *
     * @param images training pictures
     * @param captions their captions
     * @param devImages pictures of the dev split
     * @param vocabulary words, the special ones included
     * @param epochs at most
     * @param stepsOfEpoch how many steps an epoch has
     * @param step steps made already when a training is resumed, else 0
     * @param recipe every option that has a say in the result, by name
     * @param history the epochs that a resumed training has behind it
     */
    record Start(
            int images,
            int captions,
            int devImages,
            int vocabulary,
            int epochs,
            int stepsOfEpoch,
            long step,
            Map<String, String> recipe,
            List<EpochMetrics> history) {
        public Start {
            recipe = Collections.unmodifiableMap(new LinkedHashMap<>(recipe)); // in order
            history = List.copyOf(history);
        }
    }
}
