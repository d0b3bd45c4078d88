package io.captioner.cli;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.train.DevMeasure;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.Precision;
import io.captioner.train.Schedule;
import io.captioner.train.ScheduledSampling;
import io.captioner.train.SelfCritical;
import io.captioner.train.Trainer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a recipe, or a phase of it, says of training. {@code docs/training.md} lists the keys. */
final class TrainingKeys {
    private static final int MANY = 1_000_000;

    private final RecipeFile file;
    final TrainedStages trainEncoder;
    final int epochs;
    final long seed;
    private final int batchImages;
    private final int captionsPerImage;
    private final Optimizer optimizer;
    private final double learningRate;
    private final double encoderLearningRate;
    private final Schedule schedule;
    private final GradientClip clip;
    private final double labelSmoothing;
    private final double doublyStochastic;
    private final double latentWeight;
    private final int latentAnnealing;
    private final double weightAverage;
    private final int averageBest;
    private final Precision compute;
    private final int accumulation;
    private final @Nullable ScheduledSampling scheduledSampling;
    private final int maxLength;
    private final boolean flips;
    private final double crops;
    private final int earlyStopping;
    private final DevMeasure chooseBy;
    private final int devCaptions;
    private final List<String> freeze;
    private final @Nullable SelfCritical selfCritical;
    private final boolean encoderStatistics;
    private final @Nullable GenerationOptions generation;

    TrainingKeys(RecipeFile file) {
        this.file = file;
        trainEncoder = file.parsed("trainEncoder", "frozen", TrainedStages.LIMITS, TrainedStages::parse);
        epochs = file.whole("epochs", 6, 1, MANY);
        batchImages = file.whole("batchImages", 16, 1, 4096);
        captionsPerImage = file.whole("captionsPerImage", 5, 1, 64);
        optimizer = optimizer();
        learningRate = file.positive("learningRate", 1e-3);
        encoderLearningRate = file.positive("encoderLearningRate", 1e-4);
        schedule = schedule();
        clip = clip();
        labelSmoothing = file.share("labelSmoothing", 0.1);
        doublyStochastic = file.notNegative("doublyStochastic", 0);
        latentWeight = file.notNegative("latentWeight", 0.1);
        latentAnnealing = file.whole("latentAnnealing", 1000, 0, MANY);
        weightAverage = file.share("weightAverage", 0);
        averageBest = file.whole("averageBest", 1, 1, MANY);
        compute = file.oneOf("compute", "float32", "float32", "bfloat16").equals("float32")
                ? Precision.FLOAT32
                : Precision.BFLOAT16;
        accumulation = file.whole("accumulation", 1, 1, 4096);
        scheduledSampling = scheduledSampling();
        maxLength = file.whole("maxLength", 20, 1, 1000);
        flips = file.truth("flips", false);
        crops = file.fraction("crops", 1);
        seed = file.large("seed", 1);
        earlyStopping = file.whole("earlyStopping", 0, 0, MANY);
        chooseBy = file.oneOf("chooseBy", "devLoss", "devLoss", "devCiderD").equals("devLoss")
                ? DevMeasure.LOSS
                : DevMeasure.CIDER_D;
        devCaptions = file.whole("devCaptions", 1000, 0, MANY);
        freeze = file.texts("freeze");
        selfCritical = selfCritical(file.part("selfCritical"));
        encoderStatistics = file.truth("encoderStatistics", false);
        GenerationOptions search = GenerationOptions.builder()
                .beamWidth(file.whole("beamWidth", 1, 1, GenerationOptions.MAX_BEAM_WIDTH))
                .lengthPenalty(file.between("lengthPenalty", 1, -10, 10))
                .maxLength(Math.min(maxLength, GenerationOptions.MAX_LENGTH))
                .build();
        // a model that training starts from keeps its own search where the recipe names none
        generation = file.says("beamWidth") || file.says("lengthPenalty") ? search : null;
    }

    /** Sets all of it. */
    Trainer.Builder apply(Trainer.Builder trainer) {
        trainer.epochs(epochs)
                .batchImages(batchImages)
                .captionsPerImage(captionsPerImage)
                .optimizer(optimizer)
                .learningRate(learningRate)
                .encoderLearningRate(encoderLearningRate)
                .schedule(schedule)
                .clip(clip)
                .labelSmoothing(labelSmoothing)
                .doublyStochastic(doublyStochastic)
                .latent(latentWeight, latentAnnealing)
                .averageWeights(weightAverage)
                .averageBest(averageBest)
                .computeIn(compute)
                .accumulateGradients(accumulation)
                .maxLength(maxLength)
                .flips(flips)
                .crops(crops)
                .seed(seed)
                .earlyStopping(earlyStopping)
                .chooseBy(chooseBy)
                .devCaptions(devCaptions);
        if (generation != null) {
            trainer.generation(generation);
        }
        if (selfCritical != null) {
            trainer.selfCritical(selfCritical);
        }
        if (encoderStatistics) {
            trainer.encoderStatistics(true);
        }
        freeze.forEach(trainer::freeze);
        if (scheduledSampling != null) {
            trainer.scheduledSampling(scheduledSampling);
        }
        return trainer;
    }

    private Optimizer optimizer() {
        String name = file.oneOf("optimizer", "adamw", "adam", "adamw", "sgd", "rmsprop");
        double decay = file.share("weightDecay", 0.01);
        switch (name) {
            case "adam", "adamw" -> {
                boolean decoupled = name.equals("adamw");
                return new Optimizer.Adam(
                        file.share("beta1", 0.9),
                        file.share("beta2", 0.999),
                        file.positive("epsilon", 1e-8),
                        decay,
                        decoupled,
                        !decoupled,
                        file.truth("amsgrad", false));
            }
            case "sgd" -> {
                double momentum = file.share("momentum", 0.9);
                boolean nesterov = file.truth("nesterov", false);
                if (nesterov && momentum == 0) {
                    throw new OptionException(file.at("nesterov")
                            + ": nesterov is true and momentum is 0; Nesterov's rule" + " needs a momentum above 0");
                }
                return new Optimizer.Sgd(momentum, nesterov, decay);
            }
            default -> {
                return new Optimizer.RmsProp(
                        file.share("alpha", 0.99), file.positive("epsilon", 1e-8), file.share("momentum", 0), decay);
            }
        }
    }

    private Schedule schedule() {
        String name = file.oneOf(
                "schedule",
                "cosine",
                "constant",
                "cosine",
                "linear",
                "step",
                "exponential",
                "plateau",
                "inverse_square_root");
        int warmup = file.whole("warmupSteps", 100, 0, MANY);
        return switch (name) {
            case "cosine" ->
                Schedule.cosine(file.between("scheduleMinimum", 0.02, 0, 1)).withWarmup(warmup);
            case "linear" -> Schedule.linear().withWarmup(warmup);
            case "step" ->
                Schedule.step(file.whole("scheduleEpochs", 3, 1, MANY), file.fraction("scheduleFactor", 0.5))
                        .withWarmup(warmup);
            case "exponential" ->
                Schedule.exponential(file.fraction("scheduleFactor", 0.9)).withWarmup(warmup);
            case "plateau" ->
                Schedule.plateau(
                                file.fraction("scheduleFactor", 0.5),
                                file.whole("schedulePatience", 1, 0, MANY),
                                1e-4,
                                0,
                                0)
                        .withWarmup(warmup);
            case "inverse_square_root" -> Schedule.inverseSquareRoot(warmup);
            default -> Schedule.constant().withWarmup(warmup);
        };
    }

    private @Nullable ScheduledSampling scheduledSampling() {
        double maximum = file.between("scheduledSampling", 0, 0, 1);
        ScheduledSampling.Curve curve = ScheduledSampling.Curve.valueOf(
                file.oneOf("scheduledSamplingCurve", "linear", "linear", "exponential", "inverse_sigmoid")
                        .toUpperCase(Locale.ROOT));
        return maximum == 0 ? null : new ScheduledSampling(curve, maximum);
    }

    private static @Nullable SelfCritical selfCritical(@Nullable RecipeFile reward) {
        if (reward == null) {
            return null;
        }
        boolean greedy = reward.oneOf("baseline", "other_samples", "other_samples", "greedy")
                .equals("greedy");
        SelfCritical read = new SelfCritical(
                reward.whole("samples", 5, greedy ? 1 : 2, 63),
                greedy ? SelfCritical.Baseline.GREEDY : SelfCritical.Baseline.OTHER_SAMPLES,
                reward.notNegative("bleuWeight", 0),
                reward.positive("temperature", 1),
                reward.truth("dropout", false));
        reward.requireNothingElse();
        return read;
    }

    private GradientClip clip() {
        double norm = file.notNegative("clipNorm", 5);
        double value = file.notNegative("clipValue", 0);
        if (norm > 0 && value > 0) {
            throw new OptionException(file.at("clipValue") + ": clipNorm is " + norm + " and clipValue is " + value
                    + "; set one of them to 0");
        }
        if (norm > 0) {
            return GradientClip.globalNorm(norm);
        }
        return value > 0 ? GradientClip.value(value) : GradientClip.none();
    }

    /** Where a key stands, for messages. */
    String at(String key) {
        return file.at(key);
    }
}
