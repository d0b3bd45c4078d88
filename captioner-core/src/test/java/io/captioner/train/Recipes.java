package io.captioner.train;

import io.captioner.model.PlainRnn;
import java.util.List;

/** Recipes for tests: small, and with one thing changed. */
final class Recipes {
    int epochs = 3;
    int patience;
    int checkpointEvery;
    int accumulation = 1;
    int averageBest = 1;
    double learningRate = 0.05;
    Schedule schedule = Schedule.constant();
    Precision compute = Precision.FLOAT32;

    Recipe make() {
        return Trainer.builder()
                .epochs(epochs)
                .batchImages(2)
                .captionsPerImage(2)
                .optimizer(Optimizer.sgd(0.5))
                .learningRate(learningRate)
                .encoderLearningRate(learningRate / 10)
                .schedule(schedule)
                .minCount(1)
                .flips(true)
                .seed(7)
                .earlyStopping(patience)
                .checkpointEvery(checkpointEvery)
                .devCaptions(0)
                .accumulateGradients(accumulation)
                .averageBest(averageBest)
                .computeIn(compute)
                .recipe(PlainRnn.builder().build(), EncoderTraining.FROZEN, List.of(), 4);
    }

    /** Seven pictures with one to four captions of three to eight ids. */
    static EncodedCaptions captions(int offset) {
        long[][][] ids = new long[7][][];
        for (int image = 0; image < ids.length; image++) {
            ids[image] = new long[1 + image % 4][];
            for (int caption = 0; caption < ids[image].length; caption++) {
                long[] words = new long[3 + (image * 3 + caption) % 6];
                for (int t = 0; t < words.length; t++) {
                    words[t] = t == 0 ? 1 : t == words.length - 1 ? 2 : 4 + (image + caption + t + offset) % 5;
                }
                ids[image][caption] = words;
            }
        }
        return new EncodedCaptions(ids);
    }
}
