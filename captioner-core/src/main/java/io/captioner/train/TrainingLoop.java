package io.captioner.train;

import io.captioner.CaptionerException;
import io.captioner.nn.HostTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Epochs of steps, their evaluation and their checkpoints. Knows a session and batches, no architecture. */
final class TrainingLoop {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

    private final Recipe recipe;
    private final TrainingSession session;
    private final @Nullable SelfCriticalSteps rewarded;
    private final Split train;
    private final @Nullable DevEvaluation dev;
    private final Checkpoints checkpoints;
    private final TrainingListener listener;
    private final int stepsOfEpoch;
    private TrainingState state = TrainingState.START;

    /**
     * @param rewarded makes captions to learn from, or null to learn from those of the data
     * @param dev what decides which epoch was best, or null for none
     */
    TrainingLoop(
            Recipe recipe,
            TrainingSession session,
            @Nullable SelfCriticalSteps rewarded,
            Split train,
            @Nullable DevEvaluation dev,
            Checkpoints checkpoints,
            TrainingListener listener) {
        this.recipe = recipe;
        this.session = session;
        this.rewarded = rewarded;
        this.train = train;
        this.dev = dev;
        this.checkpoints = checkpoints;
        this.listener = listener;
        this.stepsOfEpoch = BatchPlan.batches(train.captions, recipe.batchImages(), recipe.captionsPerImage());
    }

    /**
     * The pictures and the captions of a split.
     *
     * @param further inputs of the program, the same in every batch
     */
    record Split(Pictures pictures, EncodedCaptions captions, List<HostTensor> further) {
        Split(Pictures pictures, EncodedCaptions captions) {
            this(pictures, captions, List.of());
        }

        List<HostTensor> load(List<BatchPlan.Item> items) {
            List<HostTensor> batch = new ArrayList<>(List.of(pictures.read(items), captions.tensor(items)));
            batch.addAll(further);
            return batch;
        }
    }

    /** What is left when training ends. */
    record Outcome(Map<String, HostTensor> weights, int bestEpoch, List<EpochMetrics> history) {}

    int stepsOfEpoch() {
        return stepsOfEpoch;
    }

    /** Goes on from a checkpoint instead of from the start. */
    void resume(Checkpoints.Saved saved) {
        session.restore(saved.weights(), saved.optimizer());
        state = saved.state();
    }

    long step() {
        return state.step();
    }

    List<EpochMetrics> history() {
        return state.history();
    }

    Outcome run() {
        while (!recipe.isOver(state)) {
            steps();
            endEpoch();
        }
        return new Outcome(result(), state.bestEpoch(), state.history());
    }

    private Map<String, HostTensor> result() {
        if (recipe.averageBest() > 1) {
            return checkpoints.meanOf(recipe.bestEpochs(state.history()));
        }
        TrainingState.Best best = state.best();
        return best == null ? session.averaged(session::weights) : checkpoints.readBest(best.file());
    }

    private void steps() {
        List<List<BatchPlan.Item>> plan = BatchPlan.training(
                train.captions,
                recipe.batchImages(),
                recipe.captionsPerImage(),
                recipe.flips(),
                recipe.seed(),
                state.epoch());
        try (Batches<List<HostTensor>> batches =
                Batches.of(train.pictures, plan.subList(state.stepOfEpoch(), plan.size()), train::load)) {
            while (batches.hasNext()) {
                StepMetrics metrics = step(plan.get(state.stepOfEpoch()), batches);
                state = state.afterStep(metrics);
                listener.onStep(metrics);
                if (recipe.checkpointEvery() > 0 && state.step() % recipe.checkpointEvery() == 0 && batches.hasNext()) {
                    checkpoint();
                }
            }
        }
    }

    private StepMetrics step(List<BatchPlan.Item> items, Batches<List<HostTensor>> batches) {
        long before = System.nanoTime();
        long total = (long) stepsOfEpoch * recipe.epochs();
        double factor = recipe.schedule().factor(state.step(), total, state.epoch(), state.plateau());
        TrainingSession.StepReport report = learn(items, batches.next(), name -> recipe.baseRate(name) * factor, total);
        if (!Float.isFinite(report.loss())) {
            throw new CaptionerException(
                    "the loss is " + report.loss() + " at step " + (state.step() + 1) + ": lower the learning rate ("
                            + recipe.learningRate() + ") or clip the gradients more (" + recipe.clip() + ")");
        }
        return new StepMetrics(
                state.epoch() + 1,
                recipe.epochs(),
                state.stepOfEpoch() + 1,
                stepsOfEpoch,
                state.step() + 1,
                report.loss(),
                sum(report.outputs(), 0),
                report.gradientNorm(),
                recipe.learningRate() * factor,
                (long) sum(report.outputs(), 1),
                (System.nanoTime() - before) * 1e-9);
    }

    private TrainingSession.StepReport learn(
            List<BatchPlan.Item> items, List<HostTensor> batch, ToDoubleFunction<String> rates, long total) {
        long seed = Seeds.mix(recipe.seed(), Seeds.DROPOUT, state.step());
        if (rewarded == null) {
            StepInputs inputs = new StepInputs(recipe, total);
            return inputs.plain()
                    ? session.step(recipe.latent().annealed(batch, state.step()), rates, seed)
                    : session.accumulate(inputs.of(batch, state.step()), rates, seed);
        }
        long samples = Seeds.mix(recipe.seed(), Seeds.SAMPLES, state.step());
        SelfCriticalSteps.Lesson lesson = rewarded.lesson(session, items, batch.get(0), samples, state.step());
        listener.onReward(lesson.metrics());
        return rewarded.learn(session, lesson, rates, seed);
    }

    private void endEpoch() {
        TrainingState.Running sums = state.running();
        DevEvaluation.@Nullable Result result = dev == null ? null : dev.measure(session);
        double score = result == null ? 0 : result.score(recipe.measure());
        TrainingState.Best best = state.best();
        boolean better = result == null || best == null || score > best.score();
        if (result != null && better) {
            int epoch = state.epoch() + 1;
            best = new TrainingState.Best(
                    epoch, score, checkpoints.writeBest(epoch, session.averaged(session::weights)));
        }
        EpochMetrics metrics = new EpochMetrics(
                state.epoch() + 1,
                state.step(),
                sums.meanLoss(),
                sums.meanCrossEntropy(),
                result == null ? null : (Double) result.loss(),
                result == null ? null : result.ciderD(),
                result == null ? null : result.bleu4(),
                sums.learningRate(),
                sums.words(),
                sums.seconds(),
                better,
                result == null ? List.of() : result.samples());
        Schedule.PlateauState plateau = result == null
                ? state.plateau()
                : recipe.schedule()
                        .afterEpoch(state.plateau(), recipe.measure() == DevMeasure.CIDER_D ? score : result.loss());
        state = state.afterEpoch(metrics, plateau, best);
        if (recipe.averageBest() > 1 && recipe.bestEpochs(state.history()).contains(state.epoch())) {
            checkpoints.writeBest(state.epoch(), session.averaged(session::weights));
        }
        log(metrics);
        listener.onEpoch(metrics);
        checkpoint();
    }

    private void checkpoint() {
        listener.onCheckpoint(
                checkpoints.write(new Checkpoints.Saved(state, session.weights(), session.optimizerState())));
    }

    private void log(EpochMetrics metrics) {
        LOG.info(String.format(
                Locale.ROOT,
                "epoch %d of %d: loss %.4f, cross entropy %.4f%s%s%s, learning rate %.3g, %.0f words/s, %.0f s",
                metrics.epoch(),
                recipe.epochs(),
                metrics.loss(),
                metrics.crossEntropy(),
                metrics.devLoss() == null ? "" : String.format(Locale.ROOT, ", dev %.4f", metrics.devLoss()),
                metrics.devCiderD() == null ? "" : String.format(Locale.ROOT, ", CIDEr-D %.3f", metrics.devCiderD()),
                metrics.devLoss() != null && metrics.best() ? " (best so far)" : "",
                metrics.learningRate(),
                metrics.wordsPerSecond(),
                metrics.seconds()));
    }

    /** Over the parts of a batch, each of which gives two numbers. */
    private static double sum(List<HostTensor> outputs, int which) {
        double sum = 0;
        for (int i = which; i < outputs.size(); i += 2) {
            sum += number(outputs.get(i));
        }
        return sum;
    }

    static double number(HostTensor scalar) {
        return switch (scalar.type()) {
            case FLOAT32 -> scalar.floats().get(0);
            case INT64 -> scalar.longs().get(0);
            case UINT8, BOOL -> throw new IllegalStateException("a measure cannot be " + scalar);
        };
    }
}
