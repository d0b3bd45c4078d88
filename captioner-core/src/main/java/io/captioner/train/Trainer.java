package io.captioner.train;

import io.captioner.GenerationOptions;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset;
import io.captioner.image.ImageTransform;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Staged;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.text.Vocabulary;
import io.captioner.weights.TimmNames;
import io.captioner.weights.WeightFiles;
import io.captioner.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
 * metrics.csv} and the features of a frozen encoder; when training has ended it can be deleted. Equal settings, data and seed on one machine
 * give equal weights, also when a training was broken off and resumed.
 *
 * <p>A trainer may be used once and by one thread.
 */
public final class Trainer {
    private final Recipe recipe;
    private final TrainingSetup setup;

    private Trainer(Recipe recipe, TrainingSetup setup) {
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

    /** Gathers the settings of a training; a bad value is refused at once. Not thread-safe. */
    public static final class Builder extends RunSettings {
        private @Nullable CaptionerArchitecture architecture;
        private @Nullable ImageTransform transform;
        private @Nullable CaptionDataset dataset;
        private @Nullable Vocabulary vocabulary;
        private Weights initial = Weights.none();
        private @Nullable StartPackage start;
        private @Nullable Path wordVectors;
        private final List<String> frozen = new ArrayList<>();
        private EncoderTraining encoder = EncoderTraining.FROZEN;
        private @Nullable GenerationOptions generation;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

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

        /**
         * Stored weights to start from, named {@code encoder.*} and {@code decoder.*}; what is not there starts at random. May be called again:
         * later weights win. Default none.
         */
        public Builder weights(WeightSource source) {
            this.initial = initial.plus(source);
            return this;
        }

        /**
         * A safetensors file or PyTorch checkpoint of an encoder alone, without {@code encoder.} before its names, as torchvision and timm save
         * it.
         */
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

        /**
         * Word vectors in the text format of GloVe or word2vec for {@code decoder.embedding.weight}, of the decoder's embedding size. Default
         * none.
         */
        public Builder wordVectors(Path file) {
            this.wordVectors = file;
            return this;
        }

        /** Keeps the parameters whose full names begin so as they start, for example {@code decoder.embedding.}. Default none. */
        public Builder freeze(String namePrefix) {
            this.frozen.add(namePrefix);
            return this;
        }

        /**
         * Leaves the encoder as it is, and computes each picture's features once. The default; needs {@link #encoderWeights} or {@link
         * #weights}.
         */
        public Builder freezeEncoder() {
            this.encoder = encoder.none();
            return this;
        }

        /**
         * Trains the encoder's stages from this one on, from 0; its architecture must be {@link Staged}. What the stages before it make of a
         * picture is computed once, and kept in the {@link #featureCache} (in half precision, H * W * C * 2 bytes a picture).
         */
        public Builder fineTuneEncoder(int fromStage) {
            this.encoder = encoder.fromStage(fromStage);
            return this;
        }

        /**
         * Whether the running statistics of batch normalisation in what is trained of the encoder are updated, and batches normalised by their
         * own. Where not, the stored ones are used in training too. Default: only with {@link #trainEncoder}.
         */
        public Builder encoderStatistics(boolean updated) {
            this.encoder = encoder.withStatistics(updated);
            return this;
        }

        /** Trains the whole encoder. */
        public Builder trainEncoder() {
            this.encoder = encoder.whole();
            return this;
        }

        /**
         * How the model writes where a caller gives no options; saved with it. Default: that of the model started from, else greedy, up to
         * {@link #maxLength} words.
         */
        public Builder generation(GenerationOptions options) {
            this.generation = options;
            return this;
        }

        /** @throws OptionException when something required is missing, or settings contradict each other */
        public Trainer build() {
            CaptionerArchitecture parts =
                    start != null ? start.architecture(architecture) : required("architecture", architecture);
            Path target = required("output", output).toAbsolutePath().normalize();
            CaptionDataset pictures = required("dataset", dataset);
            Recipe recipe = recipe(
                    parts.decoder(),
                    encoder,
                    frozen,
                    Examples.toTrainOn(pictures).mostPerImage());
            Path beside = work != null ? work : target.resolveSibling(target.getFileName() + ".training");
            TrainingSetup setup = new TrainingSetup(
                    modelId != null ? modelId : ModelPackage.idOf(target),
                    parts,
                    start != null ? start.transform(transform) : required("transform", transform),
                    pictures,
                    start != null ? start.vocabulary(vocabulary) : vocabulary,
                    start != null ? start.weights(initial, wordVectors) : initial,
                    wordVectors,
                    encoder,
                    frozen,
                    target,
                    beside,
                    features != null ? features : beside.resolve("features"),
                    resume,
                    generation != null ? generation : generation(recipe),
                    precision,
                    listeners,
                    backend,
                    trainingBackend,
                    featureBackend,
                    device,
                    threads);
            setup.requireSuiting(recipe);
            return new Trainer(recipe, setup);
        }

        private GenerationOptions generation(Recipe recipe) {
            return start != null
                    ? start.model().generation()
                    : GenerationOptions.builder()
                            .maxLength(Math.min(recipe.maxLength(), GenerationOptions.MAX_LENGTH))
                            .build();
        }

        private static <T> T required(String name, @Nullable T value) {
            if (value == null) {
                throw new OptionException(name + " is missing: set it with " + name + "(...)");
            }
            return value;
        }
    }
}
