package io.captioner.train;

import java.lang.reflect.RecordComponent;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every option of a training that has a say in its result (and two that have none: {@link #FREE}); what they mean stands at {@link
 * Trainer.Builder}. Made and validated by {@link RecipeSettings} alone.
 *
 * @param captionsPerImage no more than a picture of the train split has
 */
record Recipe(
        int epochs,
        int batchImages,
        int captionsPerImage,
        Optimizer optimizer,
        double learningRate,
        double encoderLearningRate,
        Schedule schedule,
        GradientClip clip,
        double labelSmoothing,
        double doublyStochastic,
        LatentWeight latent,
        int maxLength,
        int minCount,
        String encoder,
        String frozen,
        boolean flips,
        RandomCrop crop,
        long seed,
        int patience,
        int checkpointEvery,
        double weightAverage,
        DevMeasure chooseBy,
        int devCaptions,
        int accumulation,
        @Nullable ScheduledSampling scheduledSampling,
        int averageBest,
        @Nullable SelfCritical selfCritical,
        Precision compute) {
    /** Options that a resumed training may change. */
    private static final Set<String> FREE = Set.of("patience", "checkpointEvery");

    double baseRate(String parameter) {
        return parameter.startsWith("encoder.") ? encoderLearningRate : learningRate;
    }

    /** Whether all epochs are done, or patience is at an end. */
    boolean isOver(TrainingState state) {
        return state.epoch() >= epochs || patience > 0 && state.epochsWithoutProgress() >= patience;
    }

    /** The epochs, from 1, whose weights are kept: the best ones, or the last where no dev split chooses; the earlier of equals. */
    List<Integer> bestEpochs(List<EpochMetrics> history) {
        return history.stream()
                .sorted(Comparator.comparingDouble((EpochMetrics epoch) -> -score(epoch)))
                .limit(averageBest)
                .map(EpochMetrics::epoch)
                .toList();
    }

    /** The higher, the better. */
    private double score(EpochMetrics epoch) {
        if (epoch.devLoss() == null) {
            return epoch.epoch();
        }
        return measure() == DevMeasure.CIDER_D && epoch.devCiderD() != null ? epoch.devCiderD() : -epoch.devLoss();
    }

    /** What makes an epoch the best one: who learns from CIDEr-D is judged by it. */
    DevMeasure measure() {
        return selfCritical != null ? DevMeasure.CIDER_D : chooseBy;
    }

    /** The options by name, as they are kept in checkpoints and in the package's provenance. */
    Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        for (RecordComponent component : getClass().getRecordComponents()) {
            try {
                options.put(
                        component.getName(),
                        String.valueOf(component.getAccessor().invoke(this)));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("a recipe reads its own components", e);
            }
        }
        return options;
    }

    /** Whether a training may go on with another value of this option. */
    boolean mayChange(String option) {
        // how many dev captions are written, and how, matters where they choose the best epoch
        return FREE.contains(option)
                || (Set.of("devCaptions", "generation").contains(option) && measure() == DevMeasure.LOSS)
                || (option.equals("epochs") && !schedule.needsTotal() && scheduledSampling == null);
    }
}
