package io.captioner.train;

import io.captioner.OptionException;
import io.captioner.nn.DecoderArchitecture;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a training goes: the settings of a {@link Trainer.Builder} that make its {@link Recipe}. What it works on is that builder's own. */
abstract sealed class RecipeSettings permits RunSettings {
    private int epochs = 10;
    private int batchImages = 16;
    private int captionsPerImage = 5;
    private int accumulation = 1;
    private Optimizer optimizer = Optimizer.adam();
    private double learningRate = 4e-4;
    private double encoderLearningRate = 1e-4;
    private Schedule schedule = Schedule.constant();
    private GradientClip clip = GradientClip.globalNorm(5);
    private double labelSmoothing;
    private double doublyStochastic = 1;
    private LatentWeight latent = LatentWeight.DEFAULT;
    private @Nullable ScheduledSampling scheduledSampling;
    private @Nullable SelfCritical selfCritical;
    private double weightAverage;
    private Precision compute = Precision.FLOAT32;
    private int averageBest = 1;
    private int minCount = 5;
    private int maxLength = 20;
    private boolean flips;
    private RandomCrop crop = RandomCrop.NONE;
    private long seed = 1;
    private int patience;
    private DevMeasure chooseBy = DevMeasure.LOSS;
    private int devCaptions = 1000;
    private int checkpointEvery;

    RecipeSettings() {}

    abstract Trainer.Builder self();

    /**
     * @param mostCaptions that a picture of the train split has
     * @throws OptionException when settings contradict each other or do not suit the decoder
     */
    final Recipe recipe(DecoderArchitecture decoder, EncoderTraining encoder, List<String> frozen, int mostCaptions) {
        requireSuiting(decoder);
        return new Recipe(
                epochs,
                batchImages,
                // rewards look at all captions of a picture, so it stands in an epoch once
                selfCritical != null ? mostCaptions : Math.min(captionsPerImage, mostCaptions),
                optimizer,
                learningRate,
                encoderLearningRate,
                (selfCritical != null || chooseBy == DevMeasure.CIDER_D) && schedule.needsDev()
                        ? schedule.ofScores()
                        : schedule,
                clip,
                labelSmoothing,
                doublyStochastic,
                latent,
                maxLength,
                minCount,
                encoder.toString(),
                String.join(" ", frozen),
                flips,
                crop,
                seed,
                patience,
                checkpointEvery,
                weightAverage,
                chooseBy,
                devCaptions,
                accumulation,
                scheduledSampling,
                averageBest,
                selfCritical,
                compute);
    }

    private void requireSuiting(DecoderArchitecture decoder) {
        if (scheduledSampling != null) {
            ScheduledSampling.check(decoder);
        }
        int latentSize = decoder.latentSize();
        if (latentSize > 0) {
            requirePlainSteps("a decoder with a latent of " + latentSize + " numbers");
        }
        if (selfCritical != null) {
            requirePlainSteps("self-critical training");
        }
        if (selfCritical != null && latentSize > 0) {
            throw new OptionException("self-critical training writes from no latent, but the decoder has one of "
                    + latentSize + " numbers: train it on captions, or take a decoder without");
        }
    }

    private void requirePlainSteps(String who) {
        if (scheduledSampling != null || accumulation > 1) {
            throw new OptionException(
                    who + " goes neither with scheduled sampling nor with batches in parts: leave out "
                            + (scheduledSampling != null ? "scheduledSampling" : "accumulateGradients"));
        }
    }

    /** How often the train split must have a word for the vocabulary to have it; at least 1, default 5. */
    public final Trainer.Builder minCount(int count) {
        this.minCount = Limits.atLeast("minimum count of a word", count, 1);
        return self();
    }

    /** How often every caption is seen; at least 1, default 10. */
    public final Trainer.Builder epochs(int count) {
        this.epochs = Limits.atLeast("number of epochs", count, 1);
        return self();
    }

    /** Pictures of a step; 1 to 4096, default 16. */
    public final Trainer.Builder batchImages(int count) {
        this.batchImages = Limits.between("number of pictures of a batch", count, 1, 4096);
        return self();
    }

    /**
     * Captions of one picture that share its features in a step; 1 to 64, default 5, and never more than a picture of the data set has.
     */
    public final Trainer.Builder captionsPerImage(int count) {
        this.captionsPerImage = Limits.between("number of captions of a picture", count, 1, 64);
        return self();
    }

    /** The update rule; default {@link Optimizer#adam()}. */
    public final Trainer.Builder optimizer(Optimizer rule) {
        this.optimizer = rule;
        return self();
    }

    /** Of the decoder, before the schedule; above 0, default 4e-4. */
    public final Trainer.Builder learningRate(double rate) {
        this.learningRate = Limits.positive("learning rate", rate);
        return self();
    }

    /** Of the encoder where it is trained, before the schedule; above 0, default 1e-4. */
    public final Trainer.Builder encoderLearningRate(double rate) {
        this.encoderLearningRate = Limits.positive("learning rate of the encoder", rate);
        return self();
    }

    /** How both rates change; default {@link Schedule#constant()}. */
    public final Trainer.Builder schedule(Schedule change) {
        this.schedule = change;
        return self();
    }

    /** Default: global norm 5. */
    public final Trainer.Builder clip(GradientClip limit) {
        this.clip = limit;
        return self();
    }

    /** Share of each target spread evenly over all words; 0 to below 1, default 0. */
    public final Trainer.Builder labelSmoothing(double share) {
        this.labelSmoothing = new CaptionLoss(share, 0).labelSmoothing();
        return self();
    }

    /** Weight of the term that asks each place of a picture to be looked at about once (Xu et al. 2015); at least 0, default 1. */
    public final Trainer.Builder doublyStochastic(double weight) {
        this.doublyStochastic = new CaptionLoss(0, weight).doublyStochastic();
        return self();
    }

    /**
     * Of a decoder with a latent alone ({@link io.captioner.model.VariationalRnn}): weight of the term that holds its latents to the prior, and
     * steps over which it rises to that in equal steps (Bowman et al. 2016), so that the latent is used before it has to pay. Weight at least
     * 0, default 0.1, about one over the words of a caption, which makes the loss the variational bound per word; steps at least 0, default
     * 1000.
     */
    public final Trainer.Builder latent(double weight, int annealingSteps) {
        this.latent = new LatentWeight(weight, annealingSteps);
        return self();
    }

    /**
     * In what the operands of matrix products are; weights, sums and losses stay in 32 bits. Default {@link Precision#FLOAT32}. {@link
     * Precision#BFLOAT16} is faster on processors that multiply it, and slower on others.
     */
    public final Trainer.Builder computeIn(Precision precision) {
        this.compute = precision;
        return self();
    }

    /**
     * Decay d of a moving average of the weights, a = d' a + (1 - d') w after each step, d' = min(d, (1 + t) / (10 + t)) (Polyak and Juditsky
     * 1992; the warm-up is TensorFlow's). Evaluation and the saved model use the average. 0 to below 1; 0, the default, for none; 0.999 is usual.
     */
    public final Trainer.Builder averageWeights(double decay) {
        this.weightAverage = TrainingBackend.Settings.requireDecay(decay);
        return self();
    }

    /**
     * In how many parts a batch is computed, one after another, for less memory; the steps are those of the whole batch but for rounding, and
     * for dropout and batch statistics, which see the parts. 1 to 4096, default 1.
     */
    public final Trainer.Builder accumulateGradients(int parts) {
        this.accumulation = Limits.between("number of parts of a batch", parts, 1, 4096);
        return self();
    }

    /** Words of the model's own in place of real ones, for a recurrent decoder; a step takes longer then. Default: none. */
    public final Trainer.Builder scheduledSampling(ScheduledSampling sampling) {
        this.scheduledSampling = sampling;
        return self();
    }

    /**
     * Of how many epochs, the best on the dev split or the last ones without it, the package's weights are the mean (Izmailov et al. 2018); at
     * least 1, the default. The figures of the result stay those of the best one: the mean itself is not evaluated.
     */
    public final Trainer.Builder averageBest(int epochsKept) {
        this.averageBest = Limits.atLeast("number of epochs whose weights are averaged", epochsKept, 1);
        return self();
    }

    /**
     * Learns from the reward of captions that the model draws, in place of cross entropy (Rennie et al. 2017): for a model that has
     * learned that before, see {@link Trainer.Builder#weights} and {@link Trainer.Builder#vocabulary}, at a low rate such as 2e-5. A picture is seen once an epoch; label
     * smoothing and the doubly stochastic term have no say; the best epoch is the one whose captions of the dev split have the highest
     * CIDEr-D ({@link #devCaptions}). Default: none.
     */
    public final Trainer.Builder selfCritical(SelfCritical options) {
        this.selfCritical = options;
        return self();
    }

    /** Words of a caption at most, the rest is cut off; 1 to 1000, default 20. */
    public final Trainer.Builder maxLength(int words) {
        this.maxLength = Limits.between("number of words of a caption", words, 1, 1000);
        return self();
    }

    /** Whether pictures are mirrored at random, half of them in each epoch; default no. "Left" and "right" in captions speak against it. */
    public final Trainer.Builder flips(boolean wanted) {
        this.flips = wanted;
        return self();
    }

    /**
     * Shows a random part of each training picture, another in each epoch, stretched to the encoder's size: of at least this share of its area,
     * and 3 : 4 to 4 : 3 wide (Szegedy et al. 2015; torchvision's {@code RandomResizedCrop}). Above 0 to 1; 1, the default, for whole pictures;
     * a caption may name what a small part no longer shows. Needs pixels: {@link Trainer.Builder#trainEncoder}, or {@link Trainer.Builder#fineTuneEncoder} from stage 0.
     */
    public final Trainer.Builder crops(double minimumShare) {
        this.crop = new RandomCrop(minimumShare);
        return self();
    }

    /** Of everything random: first weights, order, mirroring, crops, dropout. Default 1. */
    public final Trainer.Builder seed(long number) {
        this.seed = number;
        return self();
    }

    /** Stops after this many epochs in a row without a better dev split ({@link #chooseBy}); 0, the default, for never. The best epoch's weights are saved in any case. */
    public final Trainer.Builder earlyStopping(int patienceInEpochs) {
        this.patience = Limits.atLeast("patience", patienceInEpochs, 0);
        return self();
    }

    /** What makes an epoch the best one; default {@link DevMeasure#LOSS}. */
    public final Trainer.Builder chooseBy(DevMeasure measure) {
        this.chooseBy = measure;
        return self();
    }

    /**
     * Of how many dev pictures at most captions are written and scored after each epoch, with the search that {@link Trainer.Builder#generation} names; at least
     * 0, default 1000. With 0 an epoch ends sooner and has a dev loss alone.
     */
    public final Trainer.Builder devCaptions(int pictures) {
        this.devCaptions = Limits.atLeast("number of dev pictures to be captioned", pictures, 0);
        return self();
    }

    /** Steps between checkpoints within an epoch; 0, the default, for none: there is one after each epoch in any case. The last two are kept. */
    public final Trainer.Builder checkpointEvery(int steps) {
        this.checkpointEvery = Limits.atLeast("number of steps between checkpoints", steps, 0);
        return self();
    }
}
