package io.captioner.train;

import io.captioner.data.FeatureCache;
import io.captioner.data.FeatureCache.Picture;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.model.Staged;
import io.captioner.nn.EncoderArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.search.CaptionProgram;
import io.captioner.search.EncoderProgram;
import io.captioner.search.Entry;
import io.captioner.search.StageProgram;
import io.captioner.spi.BackendProvider;
import io.captioner.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes into the steps: the program, and its first input for the pictures of each split.
 *
 * @param entry where the pictures enter the captioner: other programs over the session's weights take the same first input
 * @param search writes captions, with {@link TrainingSession#run}; its first input is that of {@code program}
 * @param frozen names of the weights that belong to the model and not to the program
 */
record TrainingInputs(
        Entry entry, Program program, CaptionProgram search, Pictures train, Pictures dev, Set<String> frozen) {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

    /** Pictures that a frozen encoder takes at once. */
    private static final int ENCODED_TOGETHER = 16;

    /** Pixels, for an encoder that is trained, of parts of the training pictures if that is wanted. */
    static TrainingInputs pixels(
            TrainingSetup setup, Examples train, Examples dev, RandomCrop crop, int vocabularySize, CaptionLoss loss) {
        Entry entry = Entry.pixels(setup.architecture().encoder(), setup.transform());
        return new TrainingInputs(
                entry,
                TrainingProgram.from(entry, setup.architecture(), vocabularySize, loss),
                CaptionProgram.from(entry, setup.architecture(), vocabularySize),
                new DecodedPictures(train.images(), setup.transform(), crop),
                new DecodedPictures(dev.images(), setup.transform()),
                Set.of());
    }

    /**
     * Features, for an encoder that is frozen: each picture is encoded once, mirrored too if that is wanted. For an encoder that is trained
     * from a stage on, what goes into that stage.
     *
     * @param initial has the encoder's weights
     * @param trainer computes the features where no faster backend is installed
     */
    static TrainingInputs cached(
            TrainingSetup setup,
            Examples train,
            Examples dev,
            boolean flips,
            int vocabularySize,
            CaptionLoss loss,
            WeightSource initial,
            BackendProvider trainer,
            TrainingListener listener) {
        CaptionerArchitecture architecture = setup.architecture();
        RecordedWeights weights = new RecordedWeights(initial);
        List<Picture> pictures = new ArrayList<>();
        train.images().forEach(file -> pictures.add(new Picture(file)));
        if (flips) {
            train.images().forEach(file -> pictures.add(new Picture(file, true)));
        }
        int firstDev = pictures.size();
        dev.images().forEach(file -> pictures.add(new Picture(file)));
        int mirrored = train.images().size();

        FeatureCache cache = cache(setup, pictures, weights, trainer, listener);
        Pictures ofTrain = items -> cache.read(items.stream()
                .mapToInt(item -> item.image() + (item.flipped() ? mirrored : 0))
                .toArray());
        Pictures ofDev = items -> cache.read(
                items.stream().mapToInt(item -> firstDev + item.image()).toArray());
        Entry entry = setup.stage() > 0
                ? Entry.stage((Staged) architecture.encoder(), setup.stage(), cache.shape())
                : Entry.features(
                        (int) cache.shape().dim(0), architecture.encoder().featureSize());
        return new TrainingInputs(
                entry,
                TrainingProgram.from(entry, architecture, vocabularySize, loss),
                CaptionProgram.from(entry, architecture, vocabularySize),
                ofTrain,
                ofDev,
                weights.read());
    }

    private static FeatureCache cache(
            TrainingSetup setup,
            List<Picture> pictures,
            RecordedWeights weights,
            BackendProvider trainer,
            TrainingListener listener) {
        EncoderArchitecture encoder = setup.architecture().encoder();
        int stage = setup.stage();
        Program program = stage > 0
                ? new StageProgram((Staged) encoder, setup.transform(), stage)
                : new EncoderProgram(encoder, setup.transform());
        BackendProvider backend = TrainingBackends.forFeatures(setup.featureBackend(), trainer);
        LOG.info(
                "{} of {} pictures on {}, kept in {}",
                stage > 0 ? "what goes into stage " + stage : "features",
                pictures.size(),
                backend.description(),
                setup.features());
        try (Executable executable = backend.compile(program, weights, setup.device(), setup.threads())) {
            String hash = encoder
                    + (stage > 0 ? " before stage " + stage : "")
                    + "\n"
                    + Weights.of(weights).filtered(weights.read()::contains).hash();
            FeatureCache.Source source = new FeatureCache.Source(
                    hash,
                    setup.transform(),
                    ENCODED_TOGETHER,
                    pixels -> executable.run(List.of(pixels)).get(0));
            return FeatureCache.build(setup.features(), source, pictures, listener::onFeatures);
        }
    }
}
