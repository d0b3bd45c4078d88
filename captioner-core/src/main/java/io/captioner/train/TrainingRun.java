package io.captioner.train;

import io.captioner.CaptionerException;
import io.captioner.DatasetException;
import io.captioner.OptionException;
import io.captioner.data.CaptionDataset;
import io.captioner.io.Sha256;
import io.captioner.nn.HostTensor;
import io.captioner.nn.Program;
import io.captioner.nn.WeightSource;
import io.captioner.pack.ModelPackage;
import io.captioner.pack.Provenance;
import io.captioner.text.Vocabulary;
import io.captioner.weights.ActivationRanges;
import io.captioner.weights.Weights;
import java.nio.file.Files;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training from data set to model package: {@code CaptionDataset -> FeatureCache -> BatchPlan -> TrainingSession -> ModelPackage}. */
final class TrainingRun {
    private static final Logger LOG = LoggerFactory.getLogger(Trainer.class);

    private final Recipe recipe;
    private final TrainingSetup setup;

    TrainingRun(Recipe recipe, TrainingSetup setup) {
        this.recipe = recipe;
        this.setup = setup;
    }

    TrainingResult run() {
        Examples train = Examples.toTrainOn(setup.dataset());
        Examples dev = Examples.of(setup.dataset(), CaptionDataset.Split.VAL);
        requireEnough(train, dev);
        Vocabulary vocabulary = setup.vocabulary() != null
                ? setup.vocabulary()
                : Vocabulary.count(train.captions().stream().flatMap(List::stream), recipe.minCount());
        EncodedCaptions trainCaptions = train.encode(vocabulary, recipe.maxLength());
        EncodedCaptions devCaptions = dev.encode(vocabulary, recipe.maxLength());
        WeightSource initial = initial(vocabulary);
        TrainingBackend backend =
                setup.trainingBackend() != null ? setup.trainingBackend() : TrainingBackends.find(setup.backend());

        // Whether there is something to resume is known before the features are computed, which may take an hour.
        Map<String, String> options = options(vocabulary, initial, backend);
        Checkpoints checkpoints = new Checkpoints(setup.work().resolve("checkpoints"), recipe, options);
        Optional<Checkpoints.Saved> saved = toResume(checkpoints);
        Optional<TrainingResult> finished = saved.flatMap(last -> finished(last.state(), options));
        if (finished.isPresent()) {
            LOG.info("{} is trained already", setup.output());
            return finished.get();
        }
        requireFreeOutput();
        TrainingListener listener = listener();
        CaptionLoss loss = new CaptionLoss(recipe.labelSmoothing(), recipe.doublyStochastic());
        int words = vocabulary.size();
        TrainingInputs inputs = setup.encodesOnce()
                ? TrainingInputs.cached(setup, train, dev, recipe.flips(), words, loss, initial, backend, listener)
                : TrainingInputs.pixels(setup, train, dev, recipe.crop(), words, loss);
        List<HostTensor> further = recipe.latent().inputs(setup.architecture().decoder());
        SelfCritical selfCritical = recipe.selfCritical();
        SelfCriticalSteps rewarded =
                selfCritical == null ? null : new SelfCriticalSteps(selfCritical, inputs, vocabulary, train, recipe);
        Program program = rewarded == null ? program(inputs, vocabulary) : rewarded.program();
        try (TrainingSession session = backend.train(program, initial, settings(), setup.device(), setup.threads())) {
            TrainingLoop loop = new TrainingLoop(
                    recipe,
                    session,
                    rewarded,
                    new TrainingLoop.Split(inputs.train(), trainCaptions, further),
                    evaluation(inputs, dev, devCaptions, vocabulary, further),
                    checkpoints,
                    listener);
            saved.ifPresent(loop::resume);
            TrainingListener.Start start = new TrainingListener.Start(
                    trainCaptions.images(),
                    trainCaptions.total(),
                    devCaptions.images(),
                    vocabulary.size(),
                    recipe.epochs(),
                    loop.stepsOfEpoch(),
                    loop.step(),
                    options,
                    loop.history());
            LOG.info(
                    "training on {} pictures with {} captions, {} words, {} epochs of {} steps, from step {}",
                    start.images(),
                    start.captions(),
                    start.vocabulary(),
                    start.epochs(),
                    start.stepsOfEpoch(),
                    start.step());
            listener.onStart(start);
            TrainingLoop.Outcome outcome = loop.run();
            save(outcome, inputs, vocabulary, initial, options);
            TrainingResult result = result(outcome.bestEpoch(), outcome.history());
            listener.onEnd(result);
            return result;
        }
    }

    /** What stands in the way of saving is better known before a night of training than after it. */
    private void requireFreeOutput() {
        ModelPackage.obstacleAt(setup.output()).ifPresent(reason -> {
            throw new OptionException("output: " + reason);
        });
    }

    private void requireEnough(Examples train, Examples dev) {
        if (train.images().isEmpty()) {
            throw new DatasetException(
                    "the train split of " + setup.dataset() + " is empty; it needs pictures with captions");
        }
        if (dev.images().isEmpty()
                && (recipe.patience() > 0 || recipe.schedule().needsDev())) {
            throw new OptionException((recipe.patience() > 0 ? "early stopping" : "a plateau schedule")
                    + " needs a dev loss, but the data set has no pictures in its dev split");
        }
        int captioned = Math.min(dev.images().size(), recipe.devCaptions());
        if (recipe.chooseBy() == DevMeasure.CIDER_D && captioned < 2) {
            throw new OptionException(
                    "choosing the best epoch by CIDEr-D needs two captioned dev pictures at least; the"
                            + " dev split has " + dev.images().size() + ", and " + recipe.devCaptions()
                            + " may be captioned");
        }
    }

    /** What is trained: evaluation takes {@code inputs.program()} in any case, which has the same weights. */
    private Program program(TrainingInputs inputs, Vocabulary vocabulary) {
        if (recipe.accumulation() == 1 && recipe.scheduledSampling() == null) {
            return inputs.program();
        }
        return new GeneralTrainingProgram(
                inputs.entry(),
                setup.architecture().decoder(),
                setup.architecture().encoder().featureSize(),
                vocabulary.size(),
                new CaptionLoss(recipe.labelSmoothing(), recipe.doublyStochastic()),
                recipe.scheduledSampling() != null,
                recipe.accumulation() > 1);
    }

    private @Nullable DevEvaluation evaluation(
            TrainingInputs inputs,
            Examples dev,
            EncodedCaptions captions,
            Vocabulary vocabulary,
            List<HostTensor> further) {
        if (captions.images() == 0) {
            return null;
        }
        int captioned = Math.min(dev.images().size(), recipe.devCaptions());
        DevCaptions writer = captioned == 0
                ? null
                : new DevCaptions(
                        inputs.search(),
                        vocabulary,
                        setup.generation(),
                        inputs.dev(),
                        dev.all().subList(0, captioned));
        return new DevEvaluation(
                recipe, inputs.program(), new TrainingLoop.Split(inputs.dev(), captions, further), writer);
    }

    private WeightSource initial(Vocabulary vocabulary) {
        Weights weights = ActivationRanges.without(setup.initial()); // they will not hold for what is learned
        if (setup.wordVectors() == null) {
            return weights;
        }
        HostTensor table = WordEmbeddings.read(setup.wordVectors(), vocabulary, recipe.seed());
        return weights.plus(Weights.of(Map.of("decoder.embedding.weight", table)));
    }

    private TrainingBackend.Settings settings() {
        return new TrainingBackend.Settings(
                recipe.optimizer(),
                recipe.clip(),
                setup.learned(),
                Seeds.mix(recipe.seed(), Seeds.WEIGHTS, 1),
                setup.encoder().statisticsUpdated(),
                recipe.weightAverage(),
                recipe.compute());
    }

    /** The recipe and what it is applied to. */
    private Map<String, String> options(Vocabulary vocabulary, WeightSource initial, TrainingBackend backend) {
        Map<String, String> options = new LinkedHashMap<>(recipe.options());
        options.put("encoderArchitecture", setup.architecture().encoder().toString());
        options.put("decoderArchitecture", setup.architecture().decoder().toString());
        options.put("transform", setup.transform().toString());
        options.put("dataset", setup.dataset().hash());
        options.put("vocabulary", vocabulary.size() + " words, " + Sha256.of(vocabulary.toText()));
        options.put("weights", Weights.of(initial).hash());
        options.put("generation", setup.generation().toString());
        options.put("backend", backend.backend().name());
        return options;
    }

    private Optional<Checkpoints.Saved> toResume(Checkpoints checkpoints) {
        if (setup.resume()) {
            return checkpoints.latest(recipe::mayChange);
        }
        if (!checkpoints.isEmpty()) {
            throw new OptionException(
                    setup.work()
                            + " holds the checkpoints of another training: resume it, delete that folder, or name another output");
        }
        return Optional.empty();
    }

    /** The training's result where its last epoch is over and its package is written. */
    private Optional<TrainingResult> finished(TrainingState state, Map<String, String> options) {
        if (!recipe.isOver(state) || !Files.exists(setup.output().resolve("captioner.json"))) {
            return Optional.empty();
        }
        try {
            Map<String, String> written =
                    ModelPackage.load(setup.output()).provenance().recipe();
            return written.equals(options) ? Optional.of(result(state.bestEpoch(), state.history())) : Optional.empty();
        } catch (CaptionerException e) {
            LOG.warn("{} cannot be read ({}) and is written again", setup.output(), e.getMessage());
            return Optional.empty();
        }
    }

    private TrainingResult result(int bestEpoch, List<EpochMetrics> history) {
        return new TrainingResult(setup.output(), bestEpoch, history);
    }

    private TrainingListener listener() {
        List<TrainingListener> all = new ArrayList<>();
        all.add(CsvMetrics.epochs(setup.work().resolve("metrics.csv")));
        all.add(new CaptionLog(setup.work().resolve("captions.jsonl")));
        all.addAll(setup.listeners());
        return new Listeners(List.copyOf(all));
    }

    private void save(
            TrainingLoop.Outcome outcome,
            TrainingInputs inputs,
            Vocabulary vocabulary,
            WeightSource initial,
            Map<String, String> options) {
        Weights weights =
                Weights.of(initial).filtered(inputs.frozen()::contains).plus(Weights.of(outcome.weights()));
        Map<String, Double> metrics = new LinkedHashMap<>();
        EpochMetrics best = outcome.history().get(outcome.bestEpoch() - 1);
        metrics.put("train.loss", best.loss());
        if (best.devLoss() != null) {
            metrics.put("val.crossEntropy", best.devLoss());
        }
        if (best.devCiderD() != null && best.devBleu4() != null) {
            metrics.put("val.ciderD", best.devCiderD());
            metrics.put("val.bleu4", best.devBleu4());
        }
        Provenance provenance = Provenance.of("io.captioner.train.Trainer", Instant.now())
                .withDataset(setup.dataset().name(), setup.dataset().hash())
                .withRecipe(options)
                .withMetrics(metrics);
        new ModelPackage(
                        setup.modelId(),
                        setup.architecture(),
                        setup.transform(),
                        vocabulary,
                        setup.generation(),
                        weights,
                        provenance)
                .save(setup.output(), setup.precision());
    }
}
