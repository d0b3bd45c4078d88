package io.captioner.train;

import io.captioner.Backend;
import io.captioner.Device;
import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Staged;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.text.Vocabulary;
import io.captioner.weights.Safetensors;
import io.captioner.weights.TimmNames;
import io.captioner.weights.WeightFiles;
import io.captioner.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Trains a captioner and saves it as a model package.
 *
 * <pre>{@code
 * TrainingResult result = Trainer.builder()
 *         .architecture(new CaptionerArchitecture(EfficientNetLite.of(0), AttentionLstm.builder().build()))
 *         .transform(transform)
 *         .dataset(dataset)
 *         .encoderWeights(Path.of("tf_efficientnet_lite0.safetensors"))
 *         .epochs(10)
 *         .output(Path.of("my-captioner"))
 *         .build()
 *         .train();
 * }</pre>
 *
 * <p>The output folder becomes the model package. Beside it, in a folder of its name and {@code .training}, are the checkpoints, {@code
 * metrics.csv} and the features of a frozen encoder; when training has ended it can be deleted. Equal settings, data and seed on one machine give equal weights, also when a training was broken off and resumed.
 *
 * <p>A trainer may be used once and by one thread.
 */
public final class Trainer {
    private final Recipe recipe;
    private final Setup setup;

    private Trainer(Recipe recipe, Setup setup) {
        this.recipe = recipe;
        this.setup = setup;
    }

    /** Starts from the defaults that each method of the builder names. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Trains to the end, or goes on from the last checkpoint.
     *
     * @throws io.captioner.DatasetException when there is nothing to train on
     * @throws io.captioner.BackendException when no backend that trains is installed
     * @throws io.captioner.ModelException when weights are missing or do not fit
     * @throws OptionException when the work folder holds another training
     */
    public TrainingResult train() {
        return new TrainingRun(recipe, setup).run();
    }

    /**
     * What a training works on and with, beside its recipe.
     *
     * @param vocabulary given, or null to count words
     * @param wordVectors a file, or null for none
     * @param encoderLearned which of the encoder's parameters are trained, by name relative to it; null for none
     * @param stage the first that is trained, what goes into it being computed once; 0 where pixels or features go in
     * @param encoderStatistics whether the running statistics of what is trained are updated
     * @param trainingBackend one given as an object, or null to look for {@code backend}
     */
    record Setup(
            String modelId,
            CaptionerArchitecture architecture,
            ImageTransform transform,
            CaptionDataset dataset,
            @Nullable Vocabulary vocabulary,
            WeightSource initial,
            @Nullable Path wordVectors,
            @Nullable Predicate<String> encoderLearned,
            int stage,
            boolean encoderStatistics,
            List<String> frozen,
            Path output,
            Path work,
            Path features,
            boolean resume,
            GenerationOptions generation,
            Safetensors.Precision precision,
            List<TrainingListener> listeners,
            @Nullable Backend backend,
            @Nullable TrainingBackend trainingBackend,
            @Nullable Backend featureBackend,
            Device device,
            int threads) {
        /** Whether what goes into a step is computed once for each picture, and not from its pixels each time. */
        boolean encodesOnce() {
            return encoderLearned == null || stage > 0;
        }
    }

    /** Gathers the settings of a training; a bad value is refused at once. Not thread-safe. */
    public static final class Builder {
        private static final String FINE_TUNED = "fine-tuned from stage ";

        private @Nullable CaptionerArchitecture architecture;
        private @Nullable ImageTransform transform;
        private @Nullable CaptionDataset dataset;
        private @Nullable Vocabulary vocabulary;
        private int minCount = 5;
        private Weights initial = Weights.none();
        private @Nullable StartPackage start;
        private @Nullable Path wordVectors;
        private final List<String> frozen = new ArrayList<>();
        private String encoder = "frozen";
        private int encoderStage;
        private @Nullable Boolean encoderStatistics;
        private int epochs = 10;
        private int batchImages = 16;
        private int captionsPerImage = 5;
        private Optimizer optimizer = Optimizer.adam();
        private double learningRate = 4e-4;
        private double encoderLearningRate = 1e-4;
        private Schedule schedule = Schedule.constant();
        private GradientClip clip = GradientClip.globalNorm(5);
        private double labelSmoothing;
        private double doublyStochastic = 1;
        private LatentWeight latent = LatentWeight.DEFAULT;
        private int maxLength = 20;
        private boolean flips;
        private RandomCrop crop = RandomCrop.NONE;
        private long seed = 1;
        private int patience;
        private @Nullable Path output;
        private @Nullable Path work;
        private @Nullable Path features;
        private @Nullable String modelId;
        private int checkpointEvery;
        private double weightAverage;
        private Precision compute = Precision.FLOAT32;
        private DevMeasure chooseBy = DevMeasure.LOSS;
        private int devCaptions = 1000;
        private int accumulation = 1;
        private @Nullable ScheduledSampling scheduledSampling;
        private int averageBest = 1;
        private @Nullable SelfCritical selfCritical;
        private boolean resume;
        private @Nullable GenerationOptions generation;
        private Safetensors.Precision precision = Safetensors.Precision.FLOAT32;
        private final List<TrainingListener> listeners = new ArrayList<>();
        private @Nullable Backend backend;
        private @Nullable TrainingBackend trainingBackend;
        private @Nullable Backend featureBackend;
        private Device device = Device.cpu();
        private int threads;

        private Builder() {}

        /** Encoder and decoder. Required. */
        public Builder architecture(CaptionerArchitecture parts) {
            this.architecture = parts;
            return this;
        }

        /** How pictures become pixels; saved with the model. Required. */
        public Builder transform(ImageTransform pixels) {
            this.transform = pixels;
            return this;
        }

        /** Pictures and captions, with a train split and, to choose the best epoch, a dev split. Required. */
        public Builder dataset(CaptionDataset pictures) {
            this.dataset = pictures;
            return this;
        }

        /** The words the model knows. Default: those of the train split that {@link #minCount} admits. */
        public Builder vocabulary(Vocabulary words) {
            this.vocabulary = words;
            return this;
        }

        /** How often the train split must have a word for the vocabulary to have it; at least 1, default 5. */
        public Builder minCount(int count) {
            this.minCount = atLeast("minimum count of a word", count, 1);
            return this;
        }

        /**
         * Stored weights to start from, named {@code encoder.*} and {@code decoder.*}; what is not there starts at random. May be called again:
         * later weights win. Default none.
         */
        public Builder weights(WeightSource source) {
            this.initial = initial.plus(source);
            return this;
        }

        /** A safetensors file or PyTorch checkpoint of an encoder alone, without {@code encoder.} before its names, as torchvision and timm save it. */
        public Builder encoderWeights(Path file) {
            return weights(Weights.of(TimmNames.toTorchvision(WeightFiles.open(file), ""))
                    .prefixed("encoder."));
        }

        /**
         * Starts from a finished model: its weights, architecture, transform and vocabulary, and, where none are set, its generation options.
         * What is set beside it must be the same; weights must not be set. The optimiser starts anew.
         *
         * @throws OptionException when the model has no word vocabulary
         */
        public Builder startFrom(ModelPackage model) {
            this.start = new StartPackage(model);
            return this;
        }

        /** Word vectors in the text format of GloVe or word2vec for {@code decoder.embedding.weight}, of the decoder's embedding size. Default none. */
        public Builder wordVectors(Path file) {
            this.wordVectors = file;
            return this;
        }

        /** Keeps the parameters whose full names begin so as they start, for example {@code decoder.embedding.}. Default none. */
        public Builder freeze(String namePrefix) {
            this.frozen.add(namePrefix);
            return this;
        }

        /** Leaves the encoder as it is, and computes each picture's features once. The default; needs {@link #encoderWeights} or {@link #weights}. */
        public Builder freezeEncoder() {
            this.encoder = "frozen";
            return this;
        }

        /**
         * Trains the encoder's stages from this one on, from 0; its architecture must be {@link Staged}. What the stages before it make of a
         * picture is computed once, and kept in the {@link #featureCache} (in half precision, H * W * C * 2 bytes a picture).
         */
        public Builder fineTuneEncoder(int fromStage) {
            this.encoder = FINE_TUNED + atLeast("first stage to be fine-tuned", fromStage, 0);
            this.encoderStage = fromStage;
            return this;
        }

        /**
         * Whether the running statistics of batch normalisation in what is trained of the encoder are updated, and batches normalised by their
         * own. Where not, the stored ones are used in training too. Default: only with {@link #trainEncoder}.
         */
        public Builder encoderStatistics(boolean updated) {
            this.encoderStatistics = updated;
            return this;
        }

        /** Trains the whole encoder. */
        public Builder trainEncoder() {
            this.encoder = "trained";
            return this;
        }

        /** How often every caption is seen; at least 1, default 10. */
        public Builder epochs(int count) {
            this.epochs = atLeast("epochs", count, 1);
            return this;
        }

        /** Pictures of a step; 1 to 4096, default 16. */
        public Builder batchImages(int count) {
            this.batchImages = between("pictures of a batch", count, 1, 4096);
            return this;
        }

        /**
         * Captions of one picture that share its features in a step; 1 to 64, default 5, and never more than a picture of the data set has.
         */
        public Builder captionsPerImage(int count) {
            this.captionsPerImage = between("captions of a picture", count, 1, 64);
            return this;
        }

        /** The update rule; default {@link Optimizer#adam()}. */
        public Builder optimizer(Optimizer rule) {
            this.optimizer = rule;
            return this;
        }

        /** Of the decoder, before the schedule; above 0, default 4e-4. */
        public Builder learningRate(double rate) {
            this.learningRate = positive("learning rate", rate);
            return this;
        }

        /** Of the encoder where it is trained, before the schedule; above 0, default 1e-4. */
        public Builder encoderLearningRate(double rate) {
            this.encoderLearningRate = positive("learning rate of the encoder", rate);
            return this;
        }

        /** How both rates change; default {@link Schedule#constant()}. */
        public Builder schedule(Schedule change) {
            this.schedule = change;
            return this;
        }

        /** Default: global norm 5. */
        public Builder clip(GradientClip limit) {
            this.clip = limit;
            return this;
        }

        /** Share of each target spread evenly over all words; 0 to below 1, default 0. */
        public Builder labelSmoothing(double share) {
            this.labelSmoothing = new CaptionLoss(share, 0).labelSmoothing();
            return this;
        }

        /** Weight of the term that asks each place of a picture to be looked at about once (Xu et al. 2015); at least 0, default 1. */
        public Builder doublyStochastic(double weight) {
            this.doublyStochastic = new CaptionLoss(0, weight).doublyStochastic();
            return this;
        }

        /**
         * Of a decoder with a latent alone ({@link io.captioner.model.VariationalRnn}): weight of the term that holds its latents to the prior, and
         * steps over which it rises to that in equal steps (Bowman et al. 2016), so that the latent is used before it has to pay. Weight at least
         * 0, default 0.1, about one over the words of a caption, which makes the loss the variational bound per word; steps at least 0, default
         * 1000.
         */
        public Builder latent(double weight, int annealingSteps) {
            this.latent = new LatentWeight(weight, annealingSteps);
            return this;
        }

        /**
         * In what matrix products compute; weights, sums and losses stay in 32 bits. Default {@link Precision#FLOAT32}. {@link
         * Precision#BFLOAT16} is faster on processors that multiply it, and slower on others.
         */
        public Builder computeIn(Precision precision) {
            this.compute = precision;
            return this;
        }

        /**
         * Decay d of a moving average of the weights, a = d' a + (1 - d') w after each step, d' = min(d, (1 + t) / (10 + t)) (Polyak and Juditsky
         * 1992; the warm-up is TensorFlow's). Evaluation and the saved model use the average. 0 to below 1; 0, the default, for none; 0.999 is usual.
         */
        public Builder averageWeights(double decay) {
            this.weightAverage = TrainingBackend.Settings.requireDecay(decay);
            return this;
        }

        /**
         * In how many parts a batch is computed, one after another, for less memory; the steps are those of the whole batch but for rounding, and
         * for dropout and batch statistics, which see the parts. 1 to 4096, default 1.
         */
        public Builder accumulateGradients(int parts) {
            this.accumulation = between("parts of a batch", parts, 1, 4096);
            return this;
        }

        /** Words of the model's own in place of real ones, for a recurrent decoder; a step takes longer then. Default: none. */
        public Builder scheduledSampling(ScheduledSampling sampling) {
            this.scheduledSampling = sampling;
            return this;
        }

        /**
         * Of how many epochs, the best on the dev split or the last ones without it, the package's weights are the mean (Izmailov et al. 2018); at
         * least 1, the default. The figures of the result stay those of the best one: the mean itself is not evaluated.
         */
        public Builder averageBest(int epochsKept) {
            this.averageBest = atLeast("epochs whose weights are averaged", epochsKept, 1);
            return this;
        }

        /**
         * Learns from the reward of captions that the model draws, in place of cross entropy (Rennie et al. 2017): for a model that has
         * learned that before, see {@link #weights} and {@link #vocabulary}, at a low rate such as 2e-5. A picture is seen once an epoch; label
         * smoothing and the doubly stochastic term have no say; the best epoch is the one whose captions of the dev split have the highest
         * CIDEr-D ({@link #devCaptions}). Default: none.
         */
        public Builder selfCritical(SelfCritical options) {
            this.selfCritical = options;
            return this;
        }

        /** Words of a caption at most, the rest is cut off; 1 to 1000, default 20. */
        public Builder maxLength(int words) {
            this.maxLength = between("words of a caption", words, 1, 1000);
            return this;
        }

        /** Whether pictures are mirrored at random, half of them in each epoch; default no. "Left" and "right" in captions speak against it. */
        public Builder flips(boolean wanted) {
            this.flips = wanted;
            return this;
        }

        /**
         * Shows a random part of each training picture, another in each epoch, stretched to the encoder's size: of at least this share of its area,
         * and 3 : 4 to 4 : 3 wide (Szegedy et al. 2015; torchvision's {@code RandomResizedCrop}). Above 0 to 1; 1, the default, for whole pictures;
         * a caption may name what a small part no longer shows. Needs pixels: {@link #trainEncoder}, or {@link #fineTuneEncoder} from stage 0.
         */
        public Builder crops(double minimumShare) {
            this.crop = new RandomCrop(minimumShare);
            return this;
        }

        /** Of everything random: first weights, order, mirroring, crops, dropout. Default 1. */
        public Builder seed(long number) {
            this.seed = number;
            return this;
        }

        /** Stops after this many epochs in a row without a better dev split ({@link #chooseBy}); 0, the default, for never. The best epoch's weights are saved in any case. */
        public Builder earlyStopping(int patienceInEpochs) {
            this.patience = atLeast("patience", patienceInEpochs, 0);
            return this;
        }

        /** What makes an epoch the best one; default {@link DevMeasure#LOSS}. */
        public Builder chooseBy(DevMeasure measure) {
            this.chooseBy = measure;
            return this;
        }

        /**
         * Of how many dev pictures at most captions are written and scored after each epoch, with the search that {@link #generation} names; at least
         * 0, default 1000. With 0 an epoch ends sooner and has a dev loss alone.
         */
        public Builder devCaptions(int pictures) {
            this.devCaptions = atLeast("dev pictures to be captioned", pictures, 0);
            return this;
        }

        /** Folder of the model package. Required. */
        public Builder output(Path folder) {
            this.output = folder;
            return this;
        }

        /** The model's name in its package and in captions. Default: the output folder's name. */
        public Builder modelId(String id) {
            if (!id.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
                throw new OptionException(
                        "model id: '" + id
                                + "' must be 1 to 100 letters, digits, dots, hyphens and underscores, the first a letter or digit");
            }
            this.modelId = id;
            return this;
        }

        /** Folder of checkpoints, metrics and features. Default: the output folder's name with {@code .training}, beside it. */
        public Builder workFolder(Path folder) {
            this.work = folder;
            return this;
        }

        /**
         * Folder of the features of a frozen encoder; trainings of the same encoder on the same pictures may share it. Default {@code features} in
         * the work folder.
         */
        public Builder featureCache(Path folder) {
            this.features = folder;
            return this;
        }

        /** Steps between checkpoints within an epoch; 0, the default, for none: there is one after each epoch in any case. The last two are kept. */
        public Builder checkpointEvery(int steps) {
            this.checkpointEvery = atLeast("steps between checkpoints", steps, 0);
            return this;
        }

        /** Whether to go on from the work folder's last checkpoint, if it has one; default no, and then it must have none. */
        public Builder resume(boolean wanted) {
            this.resume = wanted;
            return this;
        }

        /** How the model writes where a caller gives no options; saved with it. Default: that of the model started from, else greedy, up to {@link #maxLength} words. */
        public Builder generation(GenerationOptions options) {
            this.generation = options;
            return this;
        }

        /** Of the saved weights; default FLOAT32. FLOAT16 halves the package. */
        public Builder precision(Safetensors.Precision stored) {
            this.precision = stored;
            return this;
        }

        /** Adds a listener. A CSV file of epochs and a log line for each are there without one. */
        public Builder listener(TrainingListener listener) {
            this.listeners.add(listener);
            return this;
        }

        /** The backend that trains. Default: the one that is installed. */
        public Builder backend(Backend name) {
            this.backend = name;
            return this;
        }

        /** The backend that trains, as an object. */
        public Builder backend(TrainingBackend provider) {
            this.trainingBackend = provider;
            return this;
        }

        /** The backend that computes the features of a frozen encoder. Default: ONNX Runtime if it is installed, else the one that trains. */
        public Builder featureBackend(Backend name) {
            this.featureBackend = name;
            return this;
        }

        /** Where training runs; default the CPU. */
        public Builder device(Device place) {
            this.device = place;
            return this;
        }

        /** Of the runtime; 0, the default, for one a core. */
        public Builder threads(int count) {
            this.threads = atLeast("threads", count, 0);
            return this;
        }

        /** @throws OptionException when something required is missing, or settings contradict each other */
        public Trainer build() {
            CaptionerArchitecture parts =
                    start != null ? start.architecture(architecture) : required("architecture", architecture);
            if (scheduledSampling != null) {
                ScheduledSampling.check(parts.decoder());
            }
            if (parts.decoder().latentSize() > 0 && (scheduledSampling != null || accumulation > 1)) {
                throw new OptionException("a decoder with a latent of "
                        + parts.decoder().latentSize()
                        + " numbers goes neither with scheduled sampling nor with batches in"
                        + " parts: leave out "
                        + (scheduledSampling != null ? "scheduledSampling" : "accumulateGradients"));
            }
            if (selfCritical != null && (scheduledSampling != null || accumulation > 1)) {
                throw new OptionException(
                        "self-critical training goes neither with scheduled sampling nor with batches in"
                                + " parts: leave out "
                                + (scheduledSampling != null ? "scheduledSampling" : "accumulateGradients"));
            }
            Path target = required("output", output).toAbsolutePath().normalize();
            Path beside = work != null ? work : target.resolveSibling(target.getFileName() + ".training");
            if (selfCritical != null && parts.decoder().latentSize() > 0) {
                throw new OptionException("self-critical training writes from no latent, but the decoder has one of "
                        + parts.decoder().latentSize() + " numbers: train it on captions, or take a decoder without");
            }
            Recipe recipe = new Recipe(
                    epochs,
                    batchImages,
                    captionsPerImage,
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
                    encoder + statistics(),
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
            Setup setup = new Setup(
                    modelId != null ? modelId : idOf(target),
                    parts,
                    start != null ? start.transform(transform) : required("transform", transform),
                    required("dataset", dataset),
                    start != null ? start.vocabulary(vocabulary) : vocabulary,
                    start != null ? start.weights(initial, wordVectors) : initial,
                    wordVectors,
                    encoderLearned(parts),
                    encoder.startsWith(FINE_TUNED) ? encoderStage : 0,
                    statisticsUpdated(),
                    List.copyOf(frozen),
                    target,
                    beside,
                    features != null ? features : beside.resolve("features"),
                    resume,
                    generation(),
                    precision,
                    List.copyOf(listeners),
                    backend,
                    trainingBackend,
                    featureBackend,
                    device,
                    threads);
            if (crop.wanted() && setup.encodesOnce()) {
                throw new OptionException("crops need pixels, but the encoder is " + encoder
                        + ", and what goes into training is computed once for each picture: train the whole encoder"
                        + " with trainEncoder(), or leave crops out");
            }
            return new Trainer(recipe, setup);
        }

        private GenerationOptions generation() {
            if (generation != null) {
                return generation;
            }
            return start != null
                    ? start.model().generation()
                    : GenerationOptions.builder()
                            .maxLength(Math.min(maxLength, GenerationOptions.MAX_LENGTH))
                            .build();
        }

        private boolean statisticsUpdated() {
            return encoderStatistics != null ? encoderStatistics : encoder.equals("trained");
        }

        /** How the recipe names what is not the default. */
        private String statistics() {
            if (encoder.equals("frozen") || statisticsUpdated() == encoder.equals("trained")) {
                return "";
            }
            return statisticsUpdated() ? ", statistics updated" : ", statistics kept";
        }

        private @Nullable Predicate<String> encoderLearned(CaptionerArchitecture parts) {
            if (encoder.equals("frozen")) {
                return null;
            }
            if (encoder.equals("trained")) {
                return name -> true;
            }
            if (parts.encoder() instanceof Staged staged) {
                return staged.fromStage(encoderStage);
            }
            throw new OptionException(
                    "the encoder " + parts.encoder().getClass().getSimpleName()
                            + " has no stages: train it whole with trainEncoder(), or freeze it");
        }

        private static String idOf(Path folder) {
            String id = String.valueOf(folder.getFileName())
                    .replaceAll("[^A-Za-z0-9._-]", "-")
                    .replaceAll("^[^A-Za-z0-9]+", "model-");
            return id.substring(0, Math.min(100, id.length()));
        }

        private static <T> T required(String name, @Nullable T value) {
            if (value == null) {
                throw new OptionException(name + " is missing: set it with " + name + "(...)");
            }
            return value;
        }

        private static int atLeast(String name, int value, int minimum) {
            if (value < minimum) {
                throw new OptionException(name + ": " + value + " must be at least " + minimum);
            }
            return value;
        }

        private static int between(String name, int value, int minimum, int maximum) {
            if (value < minimum || value > maximum) {
                throw new OptionException(name + ": " + value + " must be between " + minimum + " and " + maximum);
            }
            return value;
        }

        private static double positive(String name, double value) {
            if (!(value > 0 && value < Double.MAX_VALUE)) {
                throw new OptionException(name + ": " + value + " must be above 0 and finite");
            }
            return value;
        }
    }
}
