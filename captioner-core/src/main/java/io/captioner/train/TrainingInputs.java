package io.captioner.train;

import io.captioner.data.FeatureCache;
import io.captioner.data.FeatureCache.Picture;
import io.captioner.model.CaptionerArchitecture;
import io.captioner.nn.Executable;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.search.CaptionProgram;
import io.captioner.search.EncoderProgram;
import io.captioner.search.Entry;
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

    /** Pixels, for an encoder that is trained. */
    static TrainingInputs pixels(
            Trainer.Setup setup, Examples train, Examples dev, int vocabularySize, CaptionLoss loss) {
        Entry entry = Entry.pixels(setup.architecture().encoder(), setup.transform());
        return new TrainingInputs(
                entry,
                new PixelTrainingProgram(setup.architecture(), setup.transform(), vocabularySize, loss),
                CaptionProgram.from(entry, setup.architecture(), vocabularySize),
                new DecodedPictures(train.images(), setup.transform()),
                new DecodedPictures(dev.images(), setup.transform()),
                Set.of());
    }

    /**
     * Features, for an encoder that is frozen: each picture is encoded once, mirrored too if that is wanted.
     *
     * @param initial has the encoder's weights
     * @param trainer computes the features where no faster backend is installed
     */
    static TrainingInputs features(
            Trainer.Setup setup,
            Examples train,
            Examples dev,
            boolean flips,
            int vocabularySize,
            CaptionLoss loss,
            WeightSource initial,
            BackendProvider trainer,
            TrainingListener listener) {
        CaptionerArchitecture architecture = setup.architecture();
        BackendProvider backend = TrainingBackends.forFeatures(setup.featureBackend(), trainer);
        RecordedWeights weights = new RecordedWeights(initial);
        List<Picture> pictures = new ArrayList<>();
        train.images().forEach(file -> pictures.add(new Picture(file)));
        if (flips) {
            train.images().forEach(file -> pictures.add(new Picture(file, true)));
        }
        int firstDev = pictures.size();
        dev.images().forEach(file -> pictures.add(new Picture(file)));

        LOG.info("features of {} pictures on {}, kept in {}", pictures.size(), backend.description(), setup.features());
        FeatureCache cache;
        try (Executable encoder = backend.compile(
                new EncoderProgram(architecture.encoder(), setup.transform()),
                weights,
                setup.device(),
                setup.threads())) {
            String hash = architecture.encoder() + "\n"
                    + Weights.of(initial).filtered(weights.read()::contains).hash();
            cache = FeatureCache.build(
                    setup.features(),
                    new FeatureCache.Source(
                            hash,
                            setup.transform(),
                            ENCODED_TOGETHER,
                            pixels -> encoder.run(List.of(pixels)).get(0)),
                    pictures,
                    listener::onFeatures);
        }
        int places = (int) cache.shape().dim(0);
        int channels = (int) cache.shape().dim(1);
        int mirrored = train.images().size();
        Entry entry = Entry.features(places, channels);
        return new TrainingInputs(
                entry,
                new FeatureTrainingProgram(architecture.decoder(), places, channels, vocabularySize, loss),
                CaptionProgram.from(entry, architecture, vocabularySize),
                items -> cache.read(items.stream()
                        .mapToInt(item -> item.image() + (item.flipped() ? mirrored : 0))
                        .toArray()),
                items -> cache.read(
                        items.stream().mapToInt(item -> firstDev + item.image()).toArray()),
                weights.read());
    }
}
