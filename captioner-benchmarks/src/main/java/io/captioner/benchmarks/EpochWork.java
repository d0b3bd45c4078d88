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

    private static final int PHOTOS = 6;
    private static final int CAPTIONS = 5;
    private static final int EPOCHS = 7;

    private final Setting setting;
    private final ModelPackage model;

    EpochWork(Setting setting, ModelPackage model) {
        this.setting = setting;
        this.model = model;
    }

    void measure(TrainingWork training) {
        Work steps = Work.repeated("bare", STEPS, training.grouped().run());
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
        Samples epochs = Samples.of(clock.epochs.subList(1, EPOCHS)); // the first warms up
        Samples bare = Samples.of(clock.bare.subList(1, EPOCHS));
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

    /** Epochs and bare steps by turns, seconds a step: an epoch's from the end of a checkpoint to its last step, the bare ones' after that. */
    private static final class Clock implements TrainingListener {
        private final Work steps;
        private final List<Double> epochs = new ArrayList<>();
        private final List<Double> bare = new ArrayList<>();
        private long start;
        private long last;

        Clock(Work steps) {
            this.steps = steps;
        }

        @Override
        public void onStart(Start training) {
            start = System.nanoTime();
        }

        @Override
        public void onStep(StepMetrics step) {
            last = System.nanoTime();
        }

        @Override
        public void onEpoch(EpochMetrics epoch) {
            epochs.add((last - start) / 1e9 / STEPS);
            bare.add(steps.secondsEach());
        }

        @Override
        public void onCheckpoint(Path checkpoint) {
            start = System.nanoTime();
        }
    }
}
