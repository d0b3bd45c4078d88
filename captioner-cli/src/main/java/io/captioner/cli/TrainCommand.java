package io.captioner.cli;

import io.captioner.BackendException;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset;
import io.captioner.pack.ModelPackage;
import io.captioner.report.TrainingReport;
import io.captioner.runtime.DefaultCaptionerFactory;
import io.captioner.train.Trainer;
import io.captioner.train.TrainingBackend;
import io.captioner.train.TrainingResult;
import io.captioner.weights.Weights;
import java.nio.file.Path;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code captioner train}: a data set to a model package. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Trains a captioner and writes it as a model package.",
        footer = {
            "",
            "Without --encoder-weights the encoder of the bundled model is used, which knows photos already.",
            "Beside the output folder, in OUT.training, lie report.html to look at, metrics.csv, cached features and checkpoints; --resume goes on from the last."
        })
final class TrainCommand implements Callable<Integer> {
    @ArgGroup(multiplicity = "1")
    Source source = new Source();

    @Mixin
    DataOptions reading = new DataOptions();

    @Mixin
    PackageFolder out = new PackageFolder();

    @Option(names = "--config", paramLabel = "FILE", description = "Recipe, JSON; see docs/training.md.")
    @Nullable
    Path config;

    @Option(
            names = "--encoder-weights",
            paramLabel = "FILE",
            description =
                    "Safetensors or PyTorch checkpoint (.pth) of the encoder, with timm's or torchvision's names.")
    @Nullable
    Path encoderWeights;

    @Option(
            names = "--from",
            paramLabel = "MODEL",
            description =
                    "Model package to start from: its weights, words, architecture and picture size. What the recipe says of these must be the same.")
    @Nullable
    Path from;

    @Option(names = "--id", paramLabel = "NAME", description = "The model's id; the folder's name if left out.")
    @Nullable
    String id;

    @Option(names = "--epochs", paramLabel = "N", description = "Overrides the recipe.")
    @Nullable
    Integer epochs;

    @Option(names = "--seed", paramLabel = "S", description = "Overrides the recipe.")
    @Nullable
    Long seed;

    @Mixin
    RuntimeOptions runtime = new RuntimeOptions();

    @Option(
            names = "--checkpoint-every",
            paramLabel = "STEPS",
            description = "Steps between checkpoints; after each epoch there is one in any case.")
    int checkpointEvery;

    @Option(names = "--resume", description = "Go on from the last checkpoint in --out, if there is one.")
    boolean resume;

    @Mixin
    Streams streams = new Streams();

    /** Where pictures and captions come from. */
    static final class Source {
        @Option(names = "--data", paramLabel = "FILE", description = "Data set in a file; see docs/training.md.")
        @Nullable
        Path data;

        @Option(
                names = "--folder",
                paramLabel = "DIR",
                description =
                        "Folder of pictures with captions.txt, captions.csv (image,caption) or NAME.txt beside each.")
        @Nullable
        Path folder;
    }

    @Override
    public Integer call() {
        out.check();
        TrainConfig read = config == null ? TrainConfig.defaults() : TrainConfig.read(config);
        if (epochs != null && read.phases.size() > 1) {
            throw new OptionException("--epochs is " + epochs + ", but the recipe has " + read.phases.size()
                    + " phases: change the epochs of a phase in the recipe");
        }
        ModelPackage start = from == null ? null : ModelPackage.load(from);
        read.check(start);
        if (ServiceLoader.load(TrainingBackend.class).findFirst().isEmpty()) {
            throw new BackendException("no backend that trains is installed; " + ModelOptions.DJL_CURE);
        }
        CaptionDataset dataset = dataset(read);
        TrainConfig recipe = read.withDefaults(FewPhotos.defaults(dataset, epochs));
        TrainPhases phases = new TrainPhases(
                recipe,
                out.folder,
                recipe.model.precision,
                start,
                trainer -> common(trainer).dataset(dataset),
                trainer -> initial(recipe, start, trainer),
                file -> TrainingReport.to(file, dataset));
        TrainingResult trained;
        try (TrainingProgress progress = new TrainingProgress(streams.err())) {
            trained = phases.run(progress);
        }
        streams.out().println(trained.model());
        return Main.DONE;
    }

    private Trainer.Builder common(Trainer.Builder trainer) {
        trainer.device(runtime.device())
                .threads(runtime.threads())
                .checkpointEvery(checkpointEvery)
                .resume(resume);
        if (epochs != null) {
            trainer.epochs(epochs);
        }
        if (seed != null) {
            trainer.seed(seed);
        }
        return id == null ? trainer : trainer.modelId(id);
    }

    private CaptionDataset dataset(TrainConfig recipe) {
        if (source.data != null) {
            return reading.read(source.data, streams.err());
        }
        Path folder = Objects.requireNonNull(source.folder, "picocli asks for one of the two");
        CaptionDataset all = reading.read(folder, streams.err());
        return all.has(CaptionDataset.Split.VAL) ? all : all.withRandomSplit(0.1, 0, recipe.phases.get(0).seed);
    }

    private Trainer.Builder initial(TrainConfig recipe, @Nullable ModelPackage start, Trainer.Builder trainer) {
        if (start != null) {
            trainer.startFrom(start);
        }
        if (encoderWeights != null) {
            return trainer.encoderWeights(encoderWeights);
        }
        if (start != null) {
            return trainer;
        }
        if (recipe.phases.get(0).trainEncoder.equals(TrainedStages.ALL)) {
            return trainer;
        }
        ModelPackage bundled = DefaultCaptionerFactory.model(null);
        if (!bundled.architecture().encoder().equals(recipe.model.architecture.encoder())) {
            throw new OptionException("the bundled model has no weights for " + recipe.model.encoderName
                    + "; name them with --encoder-weights, or choose the encoder of "
                    + bundled.architecture().encoder());
        }
        return trainer.weights(Weights.of(bundled.weights()).filtered(name -> name.startsWith("encoder.")));
    }
}
