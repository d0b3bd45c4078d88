package io.captioner.benchmarks;

import io.captioner.data.CaptionDataset;
import io.captioner.data.CaptionDataset.Example;
import io.captioner.data.CaptionDataset.Sentence;
import io.captioner.data.CaptionDataset.Split;
import io.captioner.djl.DjlBackend;
import io.captioner.pack.ModelPackage;
import io.captioner.train.EpochMetrics;
import io.captioner.train.GradientClip;
import io.captioner.train.Optimizer;
import io.captioner.train.StepMetrics;
import io.captioner.train.Trainer;
import io.captioner.train.TrainingListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * P6: epochs of the trainer over cached features, reader, shuffling, step and log, against as many bare steps over a batch that lies in
 * memory. Six photos with five captions of full length a step.
 */
final class EpochWork {
    /** An epoch of Flickr8k has ten times as many; the first after a checkpoint take longer. */
    private static final int STEPS = 40;

    /** Steps of the one before the other has its turn: the machine's speed changes within seconds. */
    private static final int TURN = 5;

    private static final int PHOTOS = 6;
    private static final int CAPTIONS = 5;
    private static final int EPOCHS = 9;

    /** Epochs that do not count: what a checkpoint runs through is compiled beside the steps that follow it, by compilers that want a core. */
    private static final int WARM_UP = 3;

    private final Setting setting;
    private final ModelPackage model;

    EpochWork(Setting setting, ModelPackage model) {
        this.setting = setting;
        this.model = model;
    }

    void measure(TrainingWork training) {
        Work steps = Work.repeated("bare", TURN, training.grouped().run());
        Clock clock = new Clock(steps);
        Trainer.builder()
                .architecture(model.architecture())
                .transform(model.transform())
                .dataset(dataset())
                .vocabulary(SizedModel.vocabulary())
                .encoderWeights(setting.encoderWeights())
                .epochs(EPOCHS)
                .batchImages(PHOTOS)
                .captionsPerImage(CAPTIONS)
                .optimizer(Optimizer.adam())
                .clip(GradientClip.globalNorm(5))
                .doublyStochastic(1)
                .output(setting.folder().resolve("trained"))
                .backend(new DjlBackend())
                .threads(setting.threads())
                .listener(clock)
                .build()
                .train();
        Samples epochs = Samples.of(clock.epochs.subList(WARM_UP, EPOCHS));
        Samples bare = Samples.of(clock.bare.subList(WARM_UP, EPOCHS));
        epochs.print("epoch", "a step");
        bare.print("", steps.name());
        setting.results().put("P6", bare.median() / epochs.median());
    }

    /** Every caption of {@link TrainingWork#LENGTH} tokens, start and end counted. */
    private CaptionDataset dataset() {
        Random random = new Random(1);
        List<Path> files = setting.photos(STEPS * PHOTOS);
        List<Example> examples = new ArrayList<>();
        for (Path file : files) {
            List<Sentence> captions = IntStream.range(0, CAPTIONS)
                    .mapToObj(caption -> IntStream.range(0, TrainingWork.LENGTH - 2)
                            .mapToObj(word -> "word" + random.nextInt(4, SizedModel.WORDS))
                            .toList())
                    .map(words -> new Sentence(String.join(" ", words), words))
                    .toList();
            examples.add(new Example(String.valueOf(file.getFileName()), file, captions, Split.TRAIN));
        }
        return CaptionDataset.of("epoch", examples);
    }

    /** The trainer's steps, with all between them, and bare ones by turns; seconds a step, epoch by epoch. */
    private static final class Clock implements TrainingListener {
        private final Work bareSteps;
        private final List<Double> epochs = new ArrayList<>();
        private final List<Double> bare = new ArrayList<>();
        private double ours;
        private double theirs;
        private long start;

        Clock(Work bareSteps) {
            this.bareSteps = bareSteps;
        }

        @Override
        public void onStart(Start training) {
            start = System.nanoTime();
        }

        @Override
        public void onStep(StepMetrics step) {
            ours += (System.nanoTime() - start) / 1e9;
            if (step.stepOfEpoch() % TURN == 0) {
                theirs += bareSteps.seconds();
            }
            start = System.nanoTime();
        }

        @Override
        public void onEpoch(EpochMetrics epoch) {
            epochs.add(ours / STEPS);
            bare.add(theirs / STEPS);
            ours = 0;
            theirs = 0;
        }

        @Override
        public void onCheckpoint(Path checkpoint) {
            start = System.nanoTime();
        }
    }
}
