package io.captioner.cli;

import io.captioner.pack.ModelPackage;
import io.captioner.train.Trainer;
import io.captioner.train.TrainingListener;
import io.captioner.train.TrainingResult;
import io.captioner.weights.Safetensors.Precision;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The phases of a recipe, each from the model of the one before. A recipe without phases keeps its files in {@code OUT.training}; phase K
 * keeps them in {@code OUT.training/phase-K}, its model among them unless it is the last one, whose model is OUT. All share {@code
 * OUT.training/features}.
 *
 * @param recipe what to do
 * @param out folder of the last phase's model
 * @param start what the first phase starts from, or null
 * @param common sets what is the same for all phases: data, device, resuming
 * @param initial gives the first phase its weights
 * @param report makes what writes a phase's report, {@code report.html} among its files
 */
record TrainPhases(
        TrainConfig recipe,
        Path out,
        Precision precision,
        @Nullable ModelPackage start,
        UnaryOperator<Trainer.Builder> common,
        UnaryOperator<Trainer.Builder> initial,
        Function<Path, TrainingListener> report) {

    /** Trains what is not trained yet. */
    TrainingResult run(TrainingProgress progress) {
        int count = recipe.phases.size();
        Path target = out.toAbsolutePath().normalize();
        Path work = target.resolveSibling(target.getFileName() + ".training");
        if (count == 1) {
            Trainer.Builder only = initial.apply(trainer(0, start)).output(out).precision(precision);
            return train(only, progress, work);
        }
        for (int k = 0; ; k++) {
            boolean last = k == count - 1;
            Path folder = work.resolve("phase-" + (k + 1));
            ModelPackage before = k == 0
                    ? start
                    : ModelPackage.load(work.resolve("phase-" + k).resolve("model"));
            Trainer.Builder trainer = trainer(k, before)
                    .workFolder(folder)
                    .featureCache(work.resolve("features"))
                    .output(last ? out : folder.resolve("model"))
                    // nothing is rounded between phases
                    .precision(last ? precision : Precision.FLOAT32);
            trainer = k == 0 ? initial.apply(trainer) : trainer.startFrom(Objects.requireNonNull(before));
            int after = recipe.phases.subList(k + 1, count).stream()
                    .mapToInt(phase -> phase.epochs)
                    .sum();
            progress.phase(k + 1, count, after);
            TrainingResult result = train(trainer, progress, folder);
            if (last) {
                return result;
            }
        }
    }

    private TrainingResult train(Trainer.Builder trainer, TrainingProgress progress, Path work) {
        Path page = work.resolve("report.html");
        TrainingResult result =
                trainer.listener(progress).listener(report.apply(page)).build().train();
        progress.line("report: " + page);
        return result;
    }

    private Trainer.Builder trainer(int phase, @Nullable ModelPackage before) {
        return common.apply(recipe.trainer(recipe.phases.get(phase), before));
    }
}
